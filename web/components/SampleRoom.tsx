import type { Message } from "../../realtime/protocol.ts";
import { Row } from "../client/drawn/Row.tsx";
import { UNKNOWN } from "../client/drawn/times.ts";
import { Mark } from "./Mark.tsx";

const AMARA = { id: "sample-amara", name: "Amara Diallo" };
const JONAS = { id: "sample-jonas", name: "Jonas Weber" };
const NOOR = { id: "sample-noor", name: "Noor Haddad" };

const at = (hour: number, minute: number) =>
  Date.UTC(2026, 4, 12, hour, minute);

const MESSAGES: Omit<Message, "clientId" | "offset">[] = [
  {
    id: "sample-1",
    sender: AMARA,
    timestamp: at(9, 12),
    content: "The tasting moved to Thursday. Can someone tell the bakery?",
  },
  {
    id: "sample-2",
    sender: JONAS,
    timestamp: at(9, 14),
    content: "On it. They open at ten.",
    reactions: { "❤️": [AMARA.id, NOOR.id] },
  },
  {
    id: "sample-3",
    sender: NOOR,
    timestamp: at(9, 31),
    replyTo: "sample-1",
    content: "The menus are printed. I’ll bring them on Thursday, then.",
  },
];

const ROOMS = [{ name: "Kitchen", unread: 2 }, { name: "Suppliers" }];

function Rooms() {
  return (
    <div class="sample-rooms">
      <span class="wordmark">
        <Mark size={20} />
      </span>
      <span class="sample-current">Saturday’s wedding</span>
      {ROOMS.map(({ name, unread }) => (
        <span key={name}>
          {name}
          {unread && <span class="badge">{unread}</span>}
        </span>
      ))}
    </div>
  );
}

function Dictating() {
  return (
    <>
      <div class="dictation">
        <div class="heard">
          <p>
            They can do Thursday at eleven, if we{" "}
            <span class="soft">bring our own</span>
          </p>
        </div>
        <span class="level" />
        <span class="clock">
          0:04 <span class="soft">of 5:00</span>
        </span>
        <span class="button">Stop</span>
      </div>
      <div class="composer">
        <div class="write">
          <span class="button button-plain button-icon icon-mic" />
          <span class="sample-input soft">Message</span>
          <span class="button button-icon icon-send" />
        </div>
      </div>
    </>
  );
}

/** The landing page's picture of a room, made of the same parts as a real one. */
export function SampleRoom() {
  return (
    <figure>
      <figcaption class="visually-hidden">
        What it looks like: a list of rooms, one of them open with three
        messages, a reply and a reaction among them, and a fourth message whose
        words appear while it is dictated.
      </figcaption>
      <div class="sample" aria-hidden="true" inert>
        <Rooms />
        <div class="sample-room">
          <p class="sample-head">
            <b>Saturday’s wedding</b>
            <span class="soft small">Amara and Noor are here</span>
          </p>
          <ol class="messages">
            {MESSAGES.map((message, index) => (
              <Row
                key={message.id}
                message={{ ...message, clientId: message.id, offset: index }}
                head
                me={JONAS.id}
                alive={false}
                clock={UNKNOWN}
                quoted={message.replyTo
                  ? { ...MESSAGES[0], clientId: "", offset: 0 }
                  : undefined}
              />
            ))}
          </ol>
          <Dictating />
        </div>
      </div>
    </figure>
  );
}
