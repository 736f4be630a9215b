/** A real SMTP server on loopback, for tests. */
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { assert } from "@std/assert";

/** A message the server took. */
export interface Taken {
  from: string;
  to: string[];
  /** It came over TLS. */
  secure: boolean;
  /** Who signed in, or null. */
  user: string | null;
  /** The name the client greeted with. */
  client: string;
  /** As it travelled, with CRLF. */
  source: string;
}

export interface TestServer extends AsyncDisposable {
  port: number;
  taken: Taken[];
}

/** An answer to refuse with, as SMTP has them. */
export const answer = (responseCode: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode });

type Stream = Parameters<NonNullable<SMTPServerOptions["onData"]>>[0];

async function readAll(stream: Stream): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text();
}

/**
 * Starts a server that takes everything, unless `options` say otherwise. It speaks STARTTLS with
 * the self-signed certificate of smtp-server; close it when done.
 *
 * @param beforeAnswer is waited for between taking a message and saying so.
 */
export async function smtpServer(
  options: SMTPServerOptions = {},
  beforeAnswer: (taken: Taken[]) => Promise<void> | void = () => {},
): Promise<TestServer> {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    closeTimeout: 1,
    // It would ask a name server who we are.
    disableReverseLookup: true,
    async onData(stream, session, done) {
      const source = await readAll(stream);
      const { mailFrom, rcptTo } = session.envelope;
      taken.push({
        from: mailFrom ? mailFrom.address : "",
        to: rcptTo.map(({ address }) => address),
        secure: Boolean(session.secure),
        user: session.user ? String(session.user) : null,
        client: String(session.hostNameAppearsAs),
        source,
      });
      await beforeAnswer(taken);
      done();
    },
    ...options,
  });
  // Clients that hang up are part of the tests; what the server makes of them is not.
  server.on("error", () => {});
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.server.address();
  assert(address !== null && typeof address === "object");
  return {
    port: address.port,
    taken,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((done) => server.close(() => done())),
  };
}

/** A server made by hand: `serve` gets each connection, for what no real server would do. */
export function rawServer(
  serve: (
    connection: Deno.TcpConn,
    say: (line: string) => Promise<unknown>,
  ) => Promise<void>,
): { port: number } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const served: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      const say = (line: string) =>
        connection.write(new TextEncoder().encode(`${line}\r\n`));
      // The client hangs up in the middle of things: that is what these servers are for.
      served.push(serve(connection, say).catch(() => {}));
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const connection of open) {
        try {
          connection.close();
        } catch {
          // Closed already by `serve`.
        }
      }
      await Promise.all(served);
    },
  };
}

/**
 * Speaks SMTP line by line up to the end of a message, then calls `atEnd`, and `atData` when the
 * first words of it have come.
 */
export async function speakSmtp(
  connection: Deno.TcpConn,
  say: (line: string) => Promise<unknown>,
  { atData, atEnd }: {
    atData?: () => Promise<void> | void;
    atEnd?: (source: string) => Promise<void> | void;
  },
): Promise<void> {
  await say("220 test");
  const words = connection.readable.pipeThrough(new TextDecoderStream());
  let source: string | null = null;
  let rest = "";
  for await (const chunk of words) {
    rest += chunk;
    for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (source !== null && line !== ".") {
        source += `${line}\r\n`;
        await atData?.();
      } else if (source !== null) {
        await atEnd?.(source);
        source = null;
      } else if (line === "DATA") {
        source = "";
        await say("354 go on");
      } else await say("250 ok");
    }
  }
}
