import type { Voice } from "../../realtime/protocol.ts";
import { clockText } from "../client/drawn/voice.tsx";
import type { Heard } from "../voices/keep.ts";
import type { LanguageChoice } from "../dictation/choice.ts";
import { FieldError } from "./Field.tsx";
import { LanguageField, missingIn } from "./LanguageField.tsx";

/** What to look at before what was heard is sent. */
function adviceOn({ voice, text, cut }: Heard): string | undefined {
  if (cut) {
    return "The end of the recording was missing. Please check the text.";
  }
  if (text !== "") return undefined;
  return voice?.waiting
    ? "Your recording is safe, but it could not be transcribed now. Send it as it is, and the words will follow."
    : "No words were recognised. You can send the recording without any.";
}

/** Whether the recording goes along. */
function Recorded({ voice, textOnly }: { voice: Voice; textOnly?: boolean }) {
  return (
    <div class="field">
      <div class="check">
        <input
          id="voice"
          name="voice"
          type="checkbox"
          value="yes"
          checked={!textOnly}
        />
        <label for="voice">
          Send the recording, too{" "}
          {voice.ms !== undefined && (
            <span class="soft">{clockText(voice.ms)}</span>
          )}
        </label>
      </div>
    </div>
  );
}

/** Whether there is a language to choose. */
export const hasLanguages = ({ languages, missing }: LanguageChoice): boolean =>
  languages.length > 1 || missing !== undefined;

/** A recording is handed in, and what is to be sent of it edited. */
export function DictateForm(
  { content, clientId, heard, voice, textOnly, spoken, ...props }: {
    content: string;
    clientId: string;
    heard?: Heard;
    voice?: Voice;
    textOnly?: boolean;
    people?: number;
    spoken: boolean;
    language: string;
    choice: LanguageChoice;
    errors?: Record<string, string>;
  },
) {
  const { choice, language, people, errors = {} } = props;
  const { recording: error } = errors;
  const advice = heard && adviceOn(heard);
  return (
    <form class="form" method="post" encType="multipart/form-data">
      {/* Of a recording that is too large only what comes before it arrives: all else does. */}
      <input type="hidden" name="clientId" value={clientId} />
      {voice && <input type="hidden" name="recorded" value={voice.clip} />}
      <div class="field">
        <label for="content">Message</label>
        {advice && <p class="hint" role="status">{advice}</p>}
        <textarea
          class="input"
          id="content"
          name="content"
          rows={5}
          dir="auto"
          autofocus={Boolean(heard)}
        >
          {content}
        </textarea>
      </div>
      {voice && <Recorded voice={voice} textOnly={textOnly} />}
      {hasLanguages(choice) && (
        <LanguageField
          choice={{ ...choice, missing: undefined }}
          value={language}
          unchosen={choice.detects ? "Whichever I speak" : undefined}
          error={errors.language ?? missingIn(choice)}
        />
      )}
      <div class="field">
        <div class="check">
          <input
            id="spoken"
            name="spoken"
            type="checkbox"
            value="yes"
            checked={spoken}
          />
          <label for="spoken">
            I say “comma”, “full stop” and “new line”
          </label>
        </div>
      </div>
      <div class="field">
        <label for="recording">A recording of what you want to say</label>
        <p class="hint" id="recording-hint">
          Up to 5 minutes. We add its words to your message above, and you can
          edit it before you send it.
        </p>
        <input
          class="input"
          type="file"
          id="recording"
          name="recording"
          accept="audio/*"
          capture="user"
          aria-describedby="recording-hint"
          aria-invalid={error ? "true" : undefined}
          autofocus={Boolean(error)}
        />
        <FieldError id="recording-error" message={error} />
      </div>
      <button class="button button-quiet" type="submit">
        {heard ? "Add another recording" : "Transcribe"}
      </button>
      {people !== undefined && (
        <p role="status">
          <input type="hidden" name="everyone" value="yes" />
          @room tells all {people} people in this room.
        </p>
      )}
      <button
        class="button"
        type="submit"
        name="intent"
        value="send"
        formEncType="application/x-www-form-urlencoded"
      >
        {people === undefined ? "Send" : "Tell everyone"}
      </button>
    </form>
  );
}
