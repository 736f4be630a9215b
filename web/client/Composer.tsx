import type { ComponentType, RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { type Signal, useSignal } from "@preact/signals";
import { LIMITS, type Message } from "../../realtime/protocol.ts";
import type { DictationProps } from "./Dictation.tsx";
import { Glyph, GLYPHS } from "./Glyph.tsx";
import { newId } from "./room.ts";

/** What the composer's text will become. */
export type Mode = { kind: "reply" | "edit"; message: Message } | null;

export interface ComposerProps {
  roomId: string;
  /** What the server kept of a form it could not accept, and why. */
  draft?: string;
  error?: string;
  input: RefObject<HTMLTextAreaElement>;
  mode: Signal<Mode>;
  /** A sentence about something that went wrong, until the next key. */
  notice: Signal<string>;
  onSend(text: string): void;
  /** The text changed by the person's hand. */
  onType(text: string): void;
  onEditLast(): void;
  onCancel(): void;
  dictation: Omit<DictationProps, "onText" | "onClose">;
}

/** The form that sends. Without script it posts; with it, nothing of it is replaced. */
export function Composer(props: ComposerProps) {
  const { input, mode, notice } = props;
  const length = useSignal(0);
  const Dictation = useSignal<ComponentType<DictationProps> | null>(null);
  const over = length.value - LIMITS.contentLength;

  // Also text put there by code: a draft, a transcript, a message to edit.
  useEffect(() => {
    const box = input.current!;
    const grow = () => {
      length.value = box.value.trim().length;
      if (CSS.supports("field-sizing", "content")) return;
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight}px`;
    };
    box.addEventListener("input", grow);
    grow();
    return () => box.removeEventListener("input", grow);
  }, []);

  const submit = (event?: Event) => {
    event?.preventDefault();
    const text = input.current!.value.trim();
    if (!text) return;
    if (over > 0) {
      notice.value =
        `A message has at most ${LIMITS.contentLength.toLocaleString()} characters: this one is ${over.toLocaleString()} too long.`;
      return;
    }
    props.onSend(text);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter chooses a word (229: Safari's late one).
    if (event.isComposing || event.keyCode === 229) return;
    const { key } = event;
    if (
      key === "Enter" && !event.shiftKey &&
      !matchMedia("(pointer: coarse)").matches
    ) submit(event);
    if (key === "Escape" && mode.value) props.onCancel();
    if (key === "ArrowUp" && !input.current!.value) {
      event.preventDefault();
      props.onEditLast();
    }
  };

  const dictate = async () => {
    try {
      Dictation.value = (await import("./Dictation.tsx")).Dictation;
    } catch {
      // The file of this page's build is gone or the network is.
      notice.value = "Dictation could not be loaded. Reload the page.";
    }
  };

  const insert = (text: string) => {
    const box = input.current!;
    const before = box.value[box.selectionStart - 1];
    const after = box.value[box.selectionEnd];
    box.setRangeText(
      (before && /\S/.test(before) ? " " : "") + text +
        (after && /\S/.test(after) ? " " : ""),
      box.selectionStart,
      box.selectionEnd,
      "end",
    );
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  };

  const said = notice.value || props.error;
  return (
    <form
      class="composer"
      method="post"
      action={`/rooms/${props.roomId}`}
      onSubmit={submit}
    >
      <input type="hidden" name="clientId" value={newId()} />
      {mode.value && (
        <div class="mode">
          <span class="truncate">
            <b>
              {mode.value.kind === "edit"
                ? "Editing"
                : `Replying to ${mode.value.message.sender.name}`}
            </b>{" "}
            {mode.value.message.content}
          </span>
          <button
            type="button"
            class="button button-plain button-icon"
            aria-label="Cancel"
            onClick={props.onCancel}
          >
            <Glyph d={GLYPHS.close} />
          </button>
        </div>
      )}
      {Dictation.value && (
        <Dictation.value
          {...props.dictation}
          onText={insert}
          onClose={() => {
            Dictation.value = null;
            input.current!.focus();
          }}
        />
      )}
      <div class="write">
        <button
          type="button"
          class="button button-plain button-icon live"
          aria-label="Dictate"
          aria-pressed={Dictation.value ? "true" : "false"}
          onClick={dictate}
        >
          <Glyph d={GLYPHS.mic} />
        </button>
        <textarea
          class="input"
          name="content"
          rows={1}
          required
          dir="auto"
          ref={input}
          aria-label="Message"
          aria-describedby="composer-said"
          aria-invalid={said ? "true" : "false"}
          placeholder="Message"
          enterkeyhint="send"
          onKeyDown={onKeyDown}
          onInput={() => {
            notice.value = "";
            props.onType(input.current!.value);
          }}
        >
          {props.draft}
        </textarea>
        <button class="button button-icon" aria-label="Send">
          <Glyph d={GLYPHS.send} />
        </button>
      </div>
      <p class="said" id="composer-said" role="alert">
        {said}
        {over > -200 && (
          <span class={over > 0 ? "count over" : "count"}>{-over}</span>
        )}
      </p>
    </form>
  );
}
