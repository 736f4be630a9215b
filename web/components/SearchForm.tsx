import { LIMITS } from "../../realtime/protocol.ts";

/** Where words are typed that are to be found, in one room or in all. */
export function SearchForm({ action, label, placeholder, typed, autofocus }: {
  action?: string;
  label: string;
  placeholder: string;
  typed?: string;
  autofocus?: boolean;
}) {
  return (
    <form class="inline-form search-form" role="search" action={action}>
      <label class="visually-hidden" for="q">{label}</label>
      <input
        class="input"
        type="search"
        id="q"
        name="q"
        dir="auto"
        required
        maxLength={LIMITS.searchLength}
        autocomplete="off"
        autofocus={autofocus}
        placeholder={placeholder}
        value={typed}
      />
      <button class="button" type="submit">Search</button>
    </form>
  );
}

/** What can be typed besides words. */
export function SearchHelp({ rooms }: { rooms: boolean }) {
  return (
    <details>
      <summary>What else you can type</summary>
      <dl>
        <dt>
          <code>"red car"</code>
        </dt>
        <dd>these words, one after the other</dd>
        <dt>
          <code>from:ada</code>
        </dt>
        <dd>
          what Ada wrote; <code>from:me</code> for what you wrote
        </dd>
        {rooms && (
          <>
            <dt>
              <code>in:bakery</code>
            </dt>
            <dd>only in the rooms called Bakery</dd>
          </>
        )}
        <dt>
          <code>after:2026-11-30</code>
        </dt>
        <dd>from that day on</dd>
        <dt>
          <code>before:2026-11-30</code>
        </dt>
        <dd>up to the day before</dd>
        <dt>
          <code>has:file</code>
        </dt>
        <dd>
          messages with files; there are also <code>has:link</code> and{" "}
          <code>has:voice</code>
        </dd>
      </dl>
    </details>
  );
}
