import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { LIMITS } from "../../../realtime/protocol.ts";
import { isBlank } from "../../../realtime/text/visible.ts";
import { newId } from "../browser/room.ts";

// The protocol's own limit, by type: importing the table would ship all of it.
const MOST: typeof LIMITS.contentLength = 4_000;

export interface ComposerProps {
  roomId: string;
  /** What the server kept of a form it could not accept. */
  draft?: string;
  draftId?: string;
  input: RefObject<HTMLTextAreaElement>;
  /** Nothing can be sent any more; what is written stays to be copied. */
  closed: boolean;
  /** A sentence about something that went wrong, until the next key. */
  notice: string;
  onNotice(sentence: string): void;
  onSend(text: string): void;
  /** The text changed by the person's hand. */
  onType(text: string): void;
  onDictate(): void;
}

/** The form that sends. Without script it posts; with it, nothing of it is replaced. */
export function Composer(props: ComposerProps) {
  const { input, onNotice, closed } = props;
  const [length, setLength] = useState(0);
  const over = length - MOST;

  // Also for text put there by code: a draft, a transcript, a message to edit.
  const onInput = (event?: Event) => {
    const box = input.current!;
    setLength(box.value.trim().length);
    if (!event) return;
    onNotice("");
    props.onType(box.value);
  };
  useEffect(onInput, []);

  const submit = (event: Event) => {
    event.preventDefault();
    const { value, dataset } = input.current!;
    // How much is too much stands below.
    if (closed || over > 0 || isBlank(value) && !dataset.files) return;
    props.onSend(value.trim());
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter chooses a word (229: Safari's late one).
    if (event.isComposing || event.keyCode === 229) return;
    if (
      event.key === "Enter" && (event.ctrlKey || event.metaKey ||
        !event.shiftKey && !matchMedia("(pointer:coarse)").matches)
    ) submit(event);
  };

  return (
    <form
      class="composer"
      method="post"
      // Where it stands is where it posts; without script files are chosen beside it.
      id="write"
      onSubmit={submit}
    >
      <div class="write">
        <button
          type="submit"
          class="button button-plain button-icon icon-mic"
          formaction={`/rooms/${props.roomId}/dictate`}
          aria-label="Dictate"
          title="Dictate"
          disabled={closed}
          onClick={(event) => {
            event.preventDefault();
            props.onDictate();
          }}
        />
        <textarea
          class="input"
          name="content"
          rows={1}
          readOnly={closed}
          dir="auto"
          ref={input}
          aria-label="Message"
          aria-describedby="said"
          placeholder="Message"
          onKeyDown={onKeyDown}
          onInput={onInput}
        >
          {props.draft}
        </textarea>
        <button
          type="submit"
          class="button button-icon icon-send"
          disabled={closed}
          aria-label="Send"
          title="Send"
        />
      </div>
      <p class="said" id="said" role="alert">
        {props.notice}
        {over > -200 && (
          <span class="count">
            {over > 0 ? `${over} over the limit` : `${-over} left`}
          </span>
        )}
      </p>
      <input type="hidden" name="clientId" value={props.draftId ?? newId()} />
    </form>
  );
}
