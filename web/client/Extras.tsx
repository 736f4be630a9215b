import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { Message, Role } from "../../realtime/protocol.ts";
import type { OpenRoom, Request } from "./room.ts";
import { MessageMenu } from "./MessageMenu.tsx";

/** What the composer does with its text instead of sending a plain message. */
export type Takeover = ((text: string) => void) | null;

export interface ExtrasProps {
  /** `more`, `edit`, `quote`, or an emoji to choose or take back. */
  what: string;
  message: Message;
  me: string;
  role: Role;
  room: OpenRoom;
  input: HTMLTextAreaElement;
  /** Puts text into the composer. */
  fill(text: string): void;
  onTakeover(takeover: Takeover): void;
  onClose(): void;
}

type Change = Request extends infer R
  ? R extends Request ? Omit<R, "id"> : never
  : never;

/**
 * Everything about one message that is not reading or sending: its menu, reactions, reply,
 * edit, deletion. Loaded when first used.
 */
export function Extras(props: ExtrasProps) {
  const { what, message, me, room, input, fill, onClose } = props;
  const mode = useSignal<"" | "menu" | "edit" | "reply">("");
  const dropped = useRef("");

  const request = (part: Change) => room.request({ ...part, id: message.id });

  const react = (emoji: string) => {
    const on = !message.reactions?.[emoji]?.includes(me);
    request({ event: "react", emoji, on });
  };

  const end = () => {
    if (mode.value === "edit") fill(dropped.current);
    props.onTakeover(null);
    input.focus();
    onClose();
  };

  const edit = () => {
    dropped.current = input.value;
    mode.value = "edit";
    // First, so that what is filled in is not taken for a draft.
    props.onTakeover((text) => {
      if (text !== message.content) {
        request({ event: "edit-message", content: text });
      }
      end();
    });
    fill(message.content);
    input.focus();
  };

  const reply = () => {
    mode.value = "reply";
    input.focus();
    props.onTakeover((text) => {
      room.send(text, message.id);
      fill("");
      room.saveDraft("");
      end();
    });
  };

  useEffect(() => {
    if (what === "more") mode.value = "menu";
    else if (what === "edit") edit();
    else {
      if (what === "quote") jump(message.replyTo!);
      else react(what);
      onClose();
    }
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && end();
    input.addEventListener("keydown", onKey);
    return () => input.removeEventListener("keydown", onKey);
  }, []);

  if (mode.value === "menu") {
    return (
      <MessageMenu
        message={message}
        mine={message.sender.id === me}
        admin={props.role === "admin"}
        onReact={react}
        onReply={reply}
        onEdit={edit}
        onDelete={() => request({ event: "delete-message" })}
        onClose={() => mode.value === "menu" && onClose()}
      />
    );
  }
  return mode.value
    ? (
      <div class="mode">
        <p class="truncate">
          <b>
            {mode.value === "edit"
              ? "Editing your message"
              : `Replying to ${message.sender.name}`}
          </b>{" "}
          {message.content}
        </p>
        <button
          type="button"
          class="button button-plain"
          onClick={end}
        >
          Cancel
        </button>
      </div>
    )
    : null;
}

function jump(id: string) {
  const row = document.getElementById(id);
  row?.scrollIntoView({ block: "center" });
  row?.querySelector<HTMLElement>(".more")?.focus();
}
