/** Close codes on their way from one socket to another (RFC 6455 §7.4). */

/** No code was sent: what is passed on has none, either. */
const NONE = 1005;

/**
 * Only reported, never sent: the connection broke. Whoever hears of it comes back, as after a
 * restart: see CLOSE in realtime/protocol.ts; the transcriber's codes mean the same.
 */
const BROKEN = [0, 1006, 1015];
const RESTART = 4000;

/** Bytes of a reason in a close frame (RFC 6455 §5.5). */
const REASON_BYTES = 123;

/** A reason that fits into the frame, without half a character at its end. */
function fitting(reason: string): string {
  const bytes = new TextEncoder().encode(reason);
  if (bytes.length <= REASON_BYTES) return reason;
  const cut = new TextDecoder().decode(bytes.subarray(0, REASON_BYTES));
  return cut.replace(/\uFFFD$/, "");
}

/** Closes the socket of a client for the reason a service closed its own. */
export function closeClient(socket: WebSocket, code: number, reason = "") {
  if (socket.readyState >= WebSocket.CLOSING) return;
  if (code === NONE) return socket.close();
  const sent = BROKEN.includes(code) ? RESTART : code;
  try {
    socket.close(sent, fitting(reason));
  } catch {
    // Not every runtime lets a server send the protocol's own codes. Only 1009 is final of them.
    socket.close(sent === 1009 ? 4400 : RESTART, fitting(reason));
  }
}

/** Closes the socket to a service for the reason the client closed its own. */
export function closeService(socket: WebSocket, code: number, reason = "") {
  if (socket.readyState >= WebSocket.CLOSING) return;
  const mayBeSent = code === 1000 || (code >= 3000 && code < 5000);
  if (mayBeSent) socket.close(code, fitting(reason));
  else socket.close();
}
