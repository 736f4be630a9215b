import { page } from "fresh";
import { FieldError } from "../../components/Field.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Icon } from "../../components/Icon.tsx";
import { LanguageField, missingIn } from "../../components/LanguageField.tsx";
import { Notice } from "../../components/Notice.tsx";
import { Once } from "../../components/Once.tsx";
import { Title } from "../../components/Title.tsx";
import { choiceOf, type LanguageChoice } from "../../dictation/choice.ts";
import {
  readDictation,
  saveDictation,
  type TypedSettings,
  WORDS_LENGTH,
} from "../../dictation/settings.ts";
import { type Speech, speechOf } from "../../dictation/speech.ts";
import { personOf } from "../../http/middleware/person.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import { define } from "../../utils.ts";

interface Data {
  /** What is kept, or was typed. */
  typed: TypedSettings;
  speech: Speech | null;
  choice: LanguageChoice;
  saved?: boolean;
  failure?: Failure;
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const [settings, speech] = await Promise.all([
      readDictation(services, personOf(ctx.state).id),
      speechOf(services.config),
    ]);
    const { language = "", spoken, words } = settings;
    return page<Data>({
      typed: { language, spoken, words: words.join("\n") },
      speech,
      choice: choiceOf(speech, settings),
      saved: ctx.url.searchParams.has("saved"),
    });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const typed = { language: "", spoken: false, words: "" };
    try {
      const form = await readForm(ctx.req);
      typed.language = textOf(form, "language");
      typed.spoken = form.get("spoken") === "yes";
      typed.words = textOf(form, "words").replaceAll("\r\n", "\n");
      await saveDictation(services, me.id, typed);
      return ctx.redirect("/account/dictation?saved", 303);
    } catch (error) {
      const failure = failureOf(error, ["language", "words"], requestId);
      const speech = await speechOf(services.config);
      const choice = choiceOf(speech, typed);
      const data: Data = { typed, speech, choice, failure };
      return page<Data>(data, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { typed, speech, choice, saved, failure } = data;
  const errors = failure?.fields ?? {};
  const value = choice.missing ? typed.language : typed.language && (
    choice.language || typed.language
  );
  return (
    <div class="column column-narrow stack">
      <Title text="Dictation" failed={Boolean(failure)} />
      <p>
        <a class="back" href="/account">
          <Icon name="arrow-left" size={18} /> Account
        </a>
      </p>
      <h1>Dictation</h1>
      {saved && (
        <Notice answer>Saved. It applies to the next thing you dictate.</Notice>
      )}
      <FormNotice failure={failure} />
      <form class="form" method="post">
        <Once />
        <LanguageField
          choice={choice}
          value={value}
          unchosen={choice.detects ? "Whichever I speak" : "No choice"}
          hint={speech === null
            ? "The speech recogniser is not responding, so its languages are not known now."
            : "You can choose another one whenever you dictate."}
          error={errors.language ?? missingIn(choice)}
        />
        <div class="field">
          <div class="check">
            <input
              id="spoken"
              name="spoken"
              type="checkbox"
              value="yes"
              checked={typed.spoken}
              aria-describedby="spoken-hint"
            />
            <label for="spoken">
              I say “comma”, “full stop”, “question mark” and “new line”
            </label>
          </div>
          <p class="hint" id="spoken-hint">
            We write them as marks, in English, German, French and Spanish.
          </p>
        </div>
        <div class="field">
          <label for="words">Names and words of your own</label>
          <p class="hint" id="words-hint">
            {speech && !speech.hints
              ? "The speech recogniser of this server does not use them. We keep them for one that does."
              : "One on each line. They help the speech recogniser, as the names in the room do."}
          </p>
          <textarea
            class="input"
            id="words"
            name="words"
            rows={6}
            dir="auto"
            maxLength={WORDS_LENGTH}
            autofocus={Boolean(errors.words)}
            aria-describedby={errors.words
              ? "words-hint words-error"
              : "words-hint"}
            aria-invalid={errors.words ? "true" : undefined}
          >
            {typed.words.slice(0, WORDS_LENGTH)}
          </textarea>
          <FieldError id="words-error" message={errors.words} />
        </div>
        <button class="button" type="submit">Save</button>
      </form>
    </div>
  );
});
