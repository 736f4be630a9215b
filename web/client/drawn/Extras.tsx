import { useEffect, useRef, useState } from "preact/hooks";
import type { VNode } from "preact";
import type { Message, Role } from "../../../realtime/protocol.ts";
import { textOf } from "./files.tsx";
import { MessageMenu } from "./MessageMenu.tsx";
import { goesAlong } from "../browser/along.ts";
import type { OpenRoom } from "../browser/room.ts";
import { onLogChange } from "../browser/log-changes.ts";
import { scrollTo } from "../browser/scroll.ts";

/** What the composer does with its text instead of sending a plain message. */
export type Takeover = ((text: string) => void) | null;

export interface ExtrasProps {
  /** `more`, `edit`, `react`, `quote`, or an emoji to choose or take back. */
  what: string;
  /** The message's id. */
  id: string;
  role: Role;
  room: OpenRoom;
  input: HTMLTextAreaElement;
  /** Puts text into the composer. */
  fill(text: string): void;
  onTakeover(takeover: Takeover): void;
  /** Something that was asked for cannot be done; a sentence. */
  onNotice(sentence: string): void;
  onClose(): void;
}

/** How long a deletion can be taken back: ms. */
const REGRET = 6_000;
/** Pages of older messages looked through for one that is answered. */
const FAR = 20;

/**
 * Everything about one message that is not reading or sending: its menu, reactions, reply,
 * edit, deletion. Loaded when first used. Gives what is to be shown, if anything.
 */
export function extras(props: ExtrasProps): VNode | undefined {
  const { what, id, room } = props;
  const message = room.message(id);
  if (!message) return;
  // Asked for from an empty composer: who wrote in the meantime meant to write.
  if (what === "edit" && props.input.value) return;
  if (["more", "edit", "react"].includes(what)) {
    return <Extras key={what + id} {...props} message={message} />;
  }
  if (what === "quote") jump(props, message.replyTo!);
  else react(props, message, what);
}

function react({ id, room }: ExtrasProps, message: Message, emoji: string) {
  const people = message.reactions?.[emoji];
  const on = !people?.includes(room.state().me);
  room.request({ event: "react", id, emoji, on });
}

async function jump({ room, onNotice }: ExtrasProps, id: string) {
  const known = () => room.state().messages.some((m) => m.id === id);
  for (let pages = 0; !known() && pages < FAR; pages++) {
    const [first] = room.state().messages;
    await room.more("before");
    if (room.state().messages[0] === first) break;
  }
  if (!known()) return onNotice("That message is too far back to show.");
  // What was loaded is drawn before the next frame.
  await new Promise(requestAnimationFrame);
  const row = document.getElementById(id)!;
  row.querySelector<HTMLElement>(".more")?.focus({ preventScroll: true });
  await scrollTo(row, "center");
  row.animate({ background: ["var(--accent-wash)", "transparent"] }, 2_000);
}

/** Who chose which emoji, a line for each: the row says it to whoever has a mouse. */
const reactionsOf = (row: Element): string[] =>
  [...row.querySelectorAll<HTMLElement>(".reactions button")].map((button) =>
    button.title
      ? button.textContent!.replace(/\d+$/, button.title)
      : button.textContent!
  );

async function copy({ id, onNotice }: ExtrasProps, text: string) {
  try {
    // Missing on plain http in a local network.
    await navigator.clipboard.writeText(text);
  } catch {
    const box = document.createElement("textarea");
    const focused = document.activeElement as HTMLElement;
    box.value = text;
    box.className = "visually-hidden";
    document.body.append(box);
    box.select();
    const copied = document.execCommand("copy");
    box.remove();
    focused.focus({ preventScroll: true });
    if (copied) return;
    const shown = document.getElementById(id)!.querySelector<HTMLElement>(
      ".text",
    )!;
    shown.style.userSelect = "text";
    getSelection()!.selectAllChildren(shown);
    onNotice("Your browser did not allow copying. The text is selected now.");
  }
}

/** What the form of the message's own page does. */
async function removePreview({ id, room, onNotice }: ExtrasProps) {
  const body = new URLSearchParams({ intent: "remove-preview" });
  const path = `/rooms/${room.state().roomId}/messages/${id}`;
  try {
    // Where it leads to afterwards is for who has no script.
    const answer = await fetch(path, {
      ...{ method: "POST", body, redirect: "manual" },
    });
    if (answer.type === "opaqueredirect") return;
  } catch {
    // Offline.
  }
  onNotice("The preview could not be removed. Try again.");
}

function Extras(props: ExtrasProps & { message: Message }) {
  const { what, id, room, input, fill, onTakeover, onClose } = props;
  const [message, setMessage] = useState(props.message);
  const [mode, setMode] = useState<
    "menu" | "edit" | "reply" | "deleted"
  >("menu");
  const chosen = useRef(false);
  const replaced = useRef<string | null>(null);
  const settled = useRef(false);
  const bar = useRef<HTMLDivElement>(null);
  const row = () => document.getElementById(id);
  // Never to the page, where the next key would do nothing.
  const focusRow = () => {
    const button = row()?.querySelector<HTMLElement>(".more");
    (button ?? input).focus({ preventScroll: true });
  };

  const end = () => {
    onClose();
    input.focus();
  };

  const choose = (next: "edit" | "reply" | "deleted") => {
    chosen.current = true;
    setMode(next);
  };

  const edit = () => {
    choose("edit");
    // First, so that what is filled in is not taken for a draft.
    const isCaption = Boolean(message.files || message.voice);
    // What it is about stays without it: so nothing may be sent in its place.
    goesAlong(input, "caption", isCaption);
    onTakeover((content) => {
      // Enter where files were chosen meanwhile: they go with the next message.
      if (!content && !isCaption) return;
      if (content !== message.content) {
        const mentions = room.mentionsIn?.(content, message.mentions);
        room.request({ event: "edit-message", id, content, mentions });
      }
      end();
    });
    replaced.current = input.value;
    fill(message.content);
    input.focus();
  };

  const reply = () => {
    choose("reply");
    onTakeover((text) => {
      room.send(text, id);
      fill("");
      room.saveDraft("");
      end();
    });
    input.focus();
  };

  useEffect(() =>
    onLogChange(() => {
      const now = room.message(id);
      if (now) setMessage(now);
    }), []);

  // Nothing can be done with one that is gone.
  useEffect(() => {
    if (!message.deletedAt || mode !== "menu" || what === "edit") return;
    props.onNotice("This message was deleted.");
    onClose();
  }, [message]);

  const putBack = async (draft: string) => {
    const edited = input.value;
    fill(draft);
    // Drawn by then: where the room has ended meanwhile, the words are not lost with it.
    await null;
    if (input.readOnly && edited !== message.content) {
      fill([draft, edited].filter(Boolean).join("\n"));
    }
  };

  useEffect(() => {
    if (what === "edit") edit();
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && end();
    input.addEventListener("keydown", onKey);
    return () => {
      input.removeEventListener("keydown", onKey);
      // Also when another message's menu takes this one's place.
      if (replaced.current !== null) putBack(replaced.current);
      onTakeover(null);
      goesAlong(input, "caption", false);
      if (bar.current?.contains(document.activeElement)) input.focus();
    };
  }, []);

  useEffect(() => {
    if (mode !== "deleted") return;
    const go = () => {
      if (settled.current) return;
      settled.current = true;
      room.request({ event: "delete-message", id });
    };
    row()?.classList.add("leaving");
    const timer = setTimeout(() => {
      // The row's button goes with the message, and a keyboard of glass must stay down.
      if (bar.current!.contains(document.activeElement)) {
        row()?.closest<HTMLElement>("[role=log]")?.focus({
          preventScroll: true,
        });
      }
      onClose();
    }, REGRET);
    addEventListener("pagehide", go);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", go);
      row()?.classList.remove("leaving");
      go();
    };
  }, [mode]);

  if (mode === "menu" && what !== "edit") {
    return (
      <MessageMenu
        message={message}
        isPicking={what === "react"}
        me={room.state().me}
        mine={message.sender.id === room.state().me}
        admin={props.role === "admin"}
        reactors={reactionsOf(row()!)}
        onCopy={() => copy(props, message.content)}
        onReact={(emoji) => react(props, message, emoji)}
        onReply={reply}
        onEdit={edit}
        onDelete={() => choose("deleted")}
        onRemovePreview={() => removePreview(props)}
        onNotice={props.onNotice}
        onClose={() => {
          if (chosen.current) return;
          if (document.activeElement === document.body) focusRow();
          onClose();
        }}
      />
    );
  }
  if (mode === "deleted") {
    return (
      <div class="mode" ref={bar}>
        <p role="status">Message deleted.</p>
        <button
          type="button"
          class="button button-plain"
          onClick={() => {
            settled.current = true;
            focusRow();
            onClose();
          }}
        >
          Undo
        </button>
      </div>
    );
  }
  return (
    <div class="mode" ref={bar}>
      <p class="truncate">
        <b dir="ltr">
          {mode === "reply"
            ? `Replying to ${message.sender.name}`
            : "Editing your message"}
        </b>{" "}
        <bdi>{textOf(message) || "Deleted"}</bdi>
      </p>
      <button type="button" class="button button-plain" onClick={end}>
        Cancel
      </button>
    </div>
  );
}
