import { asset } from "fresh/runtime";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { EntryFrame, Message } from "../../../realtime/protocol.ts";
import { findSession } from "../../accounts/sessions.ts";
import { startsGroup } from "../../client/drawn/MessageList.tsx";
import { PreviewCard } from "../../client/drawn/preview.tsx";
import { Row } from "../../client/drawn/Row.tsx";
import type { Clock } from "../../client/drawn/times.ts";
import { findRoom } from "../../rooms/rooms.ts";
import type { Room } from "../../rooms/types.ts";
import type { Services } from "../../services.ts";
import { shuttingDown } from "../../shutdown.ts";

/** How often a silent document sends something, and looks whether it still may: ms. */
const HEARTBEAT = 15_000;

/** So long something was shown before it counts as read: ms. Whoever only looks is gone then. */
const GLANCE = 1_000;

/** Browsers hold back the first kilobyte of a document that trickles in. */
const PADDING = `<!--${" ".repeat(1_024)}-->`;

export interface LiveOptions {
  room: Room;
  /** The id of the person who reads. */
  me: string;
  sessionToken: string;
  clock: Clock;
  /** The members' colours, by id. */
  hues?: Record<string, number>;
  /** Opens the stream of entries; it ends when the signal says so. */
  entries(signal: AbortSignal): ReadableStream<EntryFrame>;
  /** The last entry the page around it shows; 0 for none. */
  after?: number;
  /** The person has had the entries up to an offset in view. */
  onSeen(offset: number): Promise<void>;
  /** Milliseconds; for tests. */
  heartbeat?: number;
  glance?: number;
}

const html = (vnode: VNode) => renderToString(vnode) + "\n";

function opening(room: Room): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">` +
    html(<title>{`${room.name}, live`}</title>) +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<base target="_top">` +
    html(<link rel="stylesheet" href={asset("/styles.css")} />) +
    `</head><body class="live-page"><main>` +
    `<h1 class="visually-hidden">New messages</h1>` +
    `<p class="soft small">New messages appear here automatically.</p>` +
    `<ol class="messages">${PADDING}\n`;
}

const Note = ({ children }: { children: string }) => (
  <li class="soft small">{children}</li>
);

/** What a voice note says that was heard at last. */
const heard = (words: string) =>
  words
    ? <Note>{`A voice note says: ${words}`}</Note>
    : <Note>No words were recognised in a voice note.</Note>;

/** What one entry of the log adds to the end of the document. */
function entryHtml(
  entry: EntryFrame,
  { room, me, clock, hues = {} }: LiveOptions,
  head: boolean,
): string {
  switch (entry.event) {
    case "new-message":
      return html(
        <Row
          room={room.id}
          message={entry.message}
          head={head}
          me={me}
          alive={false}
          clock={clock}
          hue={hues[entry.message.sender.id]}
        />,
      );
    case "message-edited":
      if (entry.shed) {
        return html(
          <Note>
            Files or a recording of a message are gone: its sender deleted their
            account.
          </Note>,
        );
      }
      if (entry.preview) {
        return entry.preview.title
          ? html(
            <li class="message">
              <PreviewCard room={room.id} preview={entry.preview} />
            </li>,
          )
          : "";
      }
      if (entry.voice) return html(heard(entry.content));
      return html(<Note>{`A message was changed to: ${entry.content}`}</Note>);
    case "message-deleted":
      return html(<Note>A message was deleted.</Note>);
    case "reaction":
      return entry.on
        ? html(<Note>{`${entry.sender.name} reacted: ${entry.emoji}`}</Note>)
        : "";
  }
}

function ending(room: Room, text: string): string {
  return "</ol>" + html(
    <p class="notice">
      <span>
        {text}{" "}
        <a href={`/rooms/${room.id}`} target="_top">Load the room again</a>
      </span>
    </p>,
  ) + "</main></body></html>";
}

type Turn = ReadableStreamReadResult<EntryFrame> | "beat" | "gone" | "closing";

/** The next entry, or word that it takes long or that nobody waits for it any more. */
async function nextTurn(
  next: Promise<ReadableStreamReadResult<EntryFrame>>,
  heartbeat: number,
  signal: AbortSignal,
): Promise<Turn> {
  const { promise, resolve } = Promise.withResolvers<Turn>();
  const timer = setTimeout(resolve, heartbeat, "beat");
  const stop = () => resolve("gone");
  const close = () => resolve("closing");
  signal.addEventListener("abort", stop);
  shuttingDown.addEventListener("abort", close);
  if (signal.aborted) stop();
  if (shuttingDown.aborted) close();
  try {
    return await Promise.race([next, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    shuttingDown.removeEventListener("abort", close);
  }
}

/**
 * The pieces of the document: its head, each new entry, a comment every 15 s so that nothing
 * between here and the browser gives up, and an end that says what to do. Signing out or
 * losing the membership ends it with the entries, or, if realtime did not hear of it, at the next
 * beat; the signal, or the end of this server, at once. What stood there for a second was seen.
 */
async function* pieces(
  s: Services,
  options: LiveOptions,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { room, heartbeat = HEARTBEAT, glance = GLANCE } = options;
  let unseen = options.after ?? 0;
  const reader = options.entries(signal).getReader();
  yield opening(room);
  try {
    let next = reader.read();
    let heading: Message | undefined;
    while (true) {
      const wait = unseen ? glance : heartbeat;
      const turn = await nextTurn(next, wait, signal);
      if (turn === "gone") return;
      if (turn === "beat") {
        if (!await mayRead(s, options)) break;
        if (unseen) await options.onSeen(unseen);
        unseen = 0;
        yield "<!-- -->\n";
        continue;
      }
      if (turn === "closing" || turn.done) break;
      unseen = turn.value.offset;
      const message = turn.value.event === "new-message"
        ? turn.value.message
        : undefined;
      const head = !!message && startsGroup(message, heading);
      yield entryHtml(turn.value, options, head);
      // A note in between parts what one person says.
      if (head || !message) heading = message;
      next = reader.read();
    }
    yield ending(room, "Live messages stopped.");
  } catch {
    // The stream broke: the reader of the page can do something about it, we cannot.
    yield ending(room, "The connection to live messages was lost.");
  }
}

/**
 * A document that never ends, as bytes. Whether it ends by itself or the browser goes away,
 * `entries` is told by its signal.
 */
export function liveDocument(
  s: Services,
  options: LiveOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const closing = new AbortController();
  const document = pieces(s, options, closing.signal);
  return new ReadableStream<string>({
    async pull(controller) {
      const { done, value } = await document.next();
      if (!done) return controller.enqueue(value);
      closing.abort();
      controller.close();
    },
    cancel: () => closing.abort(),
  }).pipeThrough(new TextEncoderStream());
}

/** Whether the session and the membership the document was opened with still hold. */
async function mayRead(
  s: Services,
  { room, me, sessionToken }: LiveOptions,
): Promise<boolean> {
  try {
    const session = await findSession(s, sessionToken);
    await findRoom(s, me, room.id);
    return session?.accountId === me;
  } catch {
    return false;
  }
}
