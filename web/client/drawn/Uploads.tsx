import { render } from "preact";
import { type Sending, upload } from "../browser/upload.ts";
import { sizeOf } from "./files.tsx";

/** The protocol's own limit: importing the table would ship all of it. */
const MOST = 10;

/** As in room.ts, which is in another file of the build. */
const newId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

interface Item extends Sending {
  key: string;
  file: File;
  /** Of its bytes, how many have gone: 0 to 1. */
  done: number;
  /** Its id, once it is there. */
  id?: string;
  /** Why it did not arrive. */
  reason?: string;
}

type Tray = ReturnType<typeof openTray>;
const trays = new WeakMap<HTMLTextAreaElement, Tray>();

/** Begins to send files, which go with the message that is written in the input. */
export function addUploads(input: HTMLTextAreaElement, files: File[]): void {
  const tray = trays.get(input) ?? openTray(input);
  trays.set(input, tray);
  tray.add(files);
}

function openTray(input: HTMLTextAreaElement) {
  const form = input.form!;
  const room = location.pathname.split("/")[2];
  const place = document.createElement("div");
  form.before(place);
  let items: Item[] = [];
  let wanted = false;
  let notice = "";
  /** One message, however often it is tried. */
  let clientId = newId();

  const isWhole = () => items.every(({ id }) => id);

  function change(next: Item[] = items, said = "") {
    items = next;
    notice = said;
    render(items.length > 0 ? tray() : null, place);
    if (wanted && items.length > 0 && isWhole()) post();
  }

  const update = (item: Item, now: Partial<Item>) => {
    Object.assign(item, now);
    if (items.includes(item)) change(items, notice);
  };

  function begin(item: Item) {
    update(item, { done: 0, reason: undefined });
    const sending = upload(room, item.file, (done) => update(item, { done }));
    update(item, { cancel: sending.cancel });
    sending.ended.then(
      (id) => update(item, { id, done: 1 }),
      (error: Error) => {
        wanted = false;
        update(item, { reason: error.message });
      },
    );
  }

  async function post() {
    wanted = false;
    const content = input.value.trim();
    const sent = items;
    try {
      const answer = await fetch("/api/messages", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          ...{ roomId: room, clientId, content },
          files: sent.map(({ id }) => id),
        }),
      });
      if (!answer.ok) throw new Error((await answer.json()).error.message);
    } catch (error) {
      return change(
        items,
        error instanceof TypeError
          ? "This could not be sent. Check your connection, then send it again."
          : (error as Error).message,
      );
    }
    clientId = newId();
    // What was added meanwhile goes with the next one.
    change(items.filter((item) => !sent.includes(item)));
    // What was written on meanwhile is the next message.
    if (input.value.trim() === content) {
      input.value = "";
      input.dispatchEvent(new Event("input"));
    }
  }

  /** Instead of the text alone; whatever is edited or answered goes by itself. */
  function send(event: Event) {
    if (items.length === 0 || form.parentElement!.querySelector(".mode")) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    wanted = true;
    change(
      items,
      isWhole()
        ? ""
        : "Your message is sent as soon as its files have arrived.",
    );
  }

  const tray = () => (
    <div class="uploads">
      <ul>
        {items.map((item) => (
          <li key={item.key}>
            <span class="truncate">
              <bdi>{item.file.name}</bdi>{" "}
              <span class="soft">{item.reason ?? sizeOf(item.file.size)}</span>
            </span>
            {!item.id && !item.reason && (
              <progress value={item.done} aria-label={item.file.name} />
            )}
            {item.reason && (
              <button
                type="button"
                class="button button-plain"
                onClick={() => begin(item)}
              >
                Try again
              </button>
            )}
            <button
              type="button"
              class="button button-plain"
              aria-label={`Remove ${item.file.name}`}
              onClick={() => {
                item.cancel();
                change(items.filter((other) => other !== item));
                input.focus();
              }}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <p role="status">{notice}</p>
    </div>
  );

  form.addEventListener("submit", send, { capture: true });
  form.addEventListener("keydown", (event) => {
    // As the composer takes it: see Composer.tsx.
    if (event.target !== input || event.key !== "Enter") return;
    if (event.isComposing || event.keyCode === 229) return;
    const sends = event.ctrlKey || event.metaKey ||
      !event.shiftKey && !matchMedia("(pointer:coarse)").matches;
    if (sends) send(event);
  }, { capture: true });
  addEventListener("beforeunload", (event) => {
    if (items.length > 0) event.preventDefault();
  });

  return {
    add(files: File[]) {
      const room = MOST - items.length;
      const added = files.slice(0, Math.max(0, room)).map((file): Item => ({
        ...{ key: newId(), file, done: 0 },
        cancel: () => {},
      }));
      change(
        [...items, ...added],
        files.length > room ? `A message can have at most ${MOST} files.` : "",
      );
      added.forEach(begin);
      input.focus();
    },
  };
}
