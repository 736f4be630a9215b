import { useEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../../../realtime/protocol.ts";
import { EMOJI } from "./emoji.ts";
import type { EmojiPicker } from "./EmojiPicker.tsx";

/** The least distance from the window's edge: CSS pixels. */
const EDGE = 8;

export interface MessageMenuProps {
  message: Message;
  /** An emoji is chosen, and nothing else. */
  isPicking: boolean;
  /** My user id. */
  me: string;
  mine: boolean;
  admin: boolean;
  /** Who reacted, a line for each emoji. */
  reactors: string[];
  onReact(emoji: string): void;
  onReply(): void;
  onCopy(): void;
  onEdit(): void;
  onRemovePreview(): void;
  onDelete(): void;
  onNotice(sentence: string): void;
  onClose(): void;
}

/** What can be done with one message: a modal dialog, so Escape and focus are native. */
export function MessageMenu(props: MessageMenuProps) {
  const { message, isPicking, mine, admin, reactors } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const [sure, setSure] = useState(false);
  const [picker, setPicker] = useState<{ Picker: typeof EmojiPicker }>();
  useEffect(() => {
    const box = dialog.current!;
    box.showModal();
    if (isPicking) pick();
    // Closing gives the focus back, also when the menu is taken away.
    return () => box.close();
  }, []);
  useEffect(() => {
    const box = dialog.current!;
    // Where there is room it hangs from the button; on a phone it rises from below.
    const row = document.getElementById(message.id);
    const { right = 0, bottom = 0 } = row?.querySelector(".more")
      ?.getBoundingClientRect() ?? {};
    const { offsetWidth, offsetHeight } = box;
    const y = Math.min(bottom, innerHeight - offsetHeight - EDGE);
    box.style.setProperty("--x", `${Math.max(EDGE, right - offsetWidth)}px`);
    box.style.setProperty("--y", `${Math.max(EDGE, y)}px`);
  }, [picker]);
  // The button that was pressed is gone.
  useEffect(() => {
    if (sure) cancel.current!.focus();
  }, [sure]);

  const pick = async () => {
    try {
      const { EmojiPicker: Picker } = await import("./EmojiPicker.tsx");
      setPicker({ Picker });
    } catch {
      // Offline, or the page is of an older build whose files are gone.
      dialog.current!.close();
      props.onNotice("More emoji could not be loaded. Reload the page.");
    }
  };

  // Closing first gives the focus back; what follows may put it elsewhere.
  const item = (label: string, work: () => void, kind = "") => (
    <button
      type="button"
      class={`button button-plain ${kind}`}
      onClick={() => {
        dialog.current!.close();
        work();
      }}
    >
      {label}
    </button>
  );

  return (
    <dialog
      ref={dialog}
      class="message-menu"
      aria-label={`${message.sender.name}’s message`}
      onClose={props.onClose}
      onClick={(event) =>
        event.target === dialog.current && dialog.current!.close()}
    >
      {sure
        ? (
          // Last, where the button was that asked, is the harmless one.
          <div class="menu">
            <p>Delete this message for everyone?</p>
            {item("Delete", props.onDelete, "button-danger")}
            <button
              type="button"
              class="button button-plain"
              ref={cancel}
              onClick={() => dialog.current!.close()}
            >
              Cancel
            </button>
          </div>
        )
        : picker
        ? (
          <picker.Picker
            onChoose={(emoji) => {
              dialog.current!.close();
              if (!message.reactions?.[emoji]?.includes(props.me)) {
                props.onReact(emoji);
              }
            }}
          />
        )
        : !isPicking && (
          <div class="menu">
            <div class="emoji">
              {EMOJI.map((emoji) => item(emoji, () => props.onReact(emoji)))}
            </div>
            <button type="button" class="button button-plain" onClick={pick}>
              More emoji
            </button>
            {reactors.map((line) => <p key={line} class="small">{line}</p>)}
            {item("Reply", props.onReply)}
            {item("Copy text", props.onCopy)}
            {mine && item("Edit", props.onEdit)}
            {mine && message.preview &&
              item("Remove preview", props.onRemovePreview)}
            {(mine || admin) && (
              <button
                type="button"
                class="button button-danger"
                onClick={() => setSure(true)}
              >
                Delete…
              </button>
            )}
          </div>
        )}
    </dialog>
  );
}
