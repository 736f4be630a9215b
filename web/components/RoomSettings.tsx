import { Once } from "./Once.tsx";
import type { Room } from "../rooms/types.ts";
import { Field } from "./Field.tsx";

/** What can be done with the room itself: rename it (admins), leave it. */
export function RoomSettings({ room, isAdmin, isLast, name, error }: {
  room: Room;
  isAdmin: boolean;
  /** Nobody else would be left. */
  isLast: boolean;
  name?: string;
  error?: string;
}) {
  return (
    <section class="stack" aria-labelledby="settings">
      <h2 id="settings">This room</h2>
      {isAdmin && (
        <form method="post" class="inline-form">
          <Once />
          <input type="hidden" name="intent" value="rename" />
          <Field
            name="name"
            label="Name"
            maxLength={80}
            required
            autocomplete="off"
            value={name ?? room.name}
            error={error}
          />
          <button class="button button-quiet" type="submit">Rename</button>
        </form>
      )}
      <details class="confirm">
        <summary class="button button-danger">Leave this room</summary>
        <form method="post" class="actions">
          <Once />
          <input type="hidden" name="intent" value="leave" />
          <p>
            {isLast
              ? "You are the last member. When you leave, the room and its messages are deleted."
              : room.kind === "open"
              ? "You can join again as long as the room is open."
              : "You can come back only if someone invites you again."}
          </p>
          <button class="button button-danger" type="submit">Leave</button>
        </form>
      </details>
    </section>
  );
}
