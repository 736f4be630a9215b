import type { RoomChoice } from "../notifications/store.ts";
import { Once } from "./Once.tsx";

const CHOICES: [value: string, label: string][] = [
  ["all", "Every message"],
  ["mentions", "Messages that mention me"],
  ["none", "Nothing"],
];

/** What of a room the reader is told while they are away. */
export function RoomNotifications({ choice }: { choice: RoomChoice | null }) {
  return (
    <section class="stack" aria-labelledby="notify">
      <h2 id="notify">Your notifications from this room</h2>
      <form method="post" class="inline-form">
        <Once />
        <input type="hidden" name="intent" value="notify" />
        <div class="field">
          <label for="choice">While you are away, notify me of</label>
          <select class="input" id="choice" name="choice">
            {CHOICES.map(([value, label]) => (
              <option
                key={value}
                value={value}
                selected={value === (choice ?? "mentions")}
              >
                {label}
              </option>
            ))}
          </select>
        </div>
        <button class="button button-quiet" type="submit">Save</button>
      </form>
      <p class="soft">
        You choose how we notify you{" "}
        <a href="/account/notifications">in your account</a>.
      </p>
    </section>
  );
}
