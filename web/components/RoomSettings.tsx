import type { ComponentChildren } from "preact";
import { DESCRIPTION_LENGTH } from "../rooms/rooms.ts";
import type { Room } from "../rooms/types.ts";
import { Field } from "./Field.tsx";
import { Once } from "./Once.tsx";

interface RoomSettingsProps {
  room: Room;
  isAdmin: boolean;
  /** Nobody else would be left. */
  isLast: boolean;
  /** There are others, and none of them is an admin. */
  isOnlyAdmin: boolean;
  /** What was typed into a form that came back. */
  typed: { name?: string; description?: string };
  errors: Record<string, string>;
}

/** What can be done with the room itself: by admins what it is called and for, by all leaving. */
export function RoomSettings(props: RoomSettingsProps) {
  const { room, isAdmin, isLast } = props;
  const isArchived = room.archivedAt !== undefined;
  return (
    <section class="stack" aria-labelledby="settings">
      <h2 id="settings">This room</h2>
      {isAdmin && !isArchived && <Names {...props} />}
      {isAdmin && (isArchived
        ? <BringBack />
        : (
          <Confirmed intent="archive" summary="Archive this room" act="Archive">
            Everyone can go on reading it, and nobody can add anything. An admin
            can bring it back at any time.
          </Confirmed>
        ))}
      {props.isOnlyAdmin
        ? (
          <p class="soft">
            You are the only admin. To leave this room, make somebody else an
            admin first.
          </p>
        )
        : (
          <Confirmed intent="leave" summary="Leave this room" act="Leave">
            {isLast
              ? "You are the last member. When you leave, the room and its messages are deleted."
              : room.kind === "open"
              ? "You can join again as long as the room is open."
              : "You can come back only if someone invites you again."}
          </Confirmed>
        )}
      {isAdmin && !isLast && (
        <Confirmed
          intent="end"
          summary="End this room"
          act="End it for everyone"
        >
          This deletes the room with everything said in it, for everyone, and
          cannot be undone.
        </Confirmed>
      )}
    </section>
  );
}

function Names({ room, typed, errors }: RoomSettingsProps) {
  return (
    <>
      <form method="post" class="inline-form">
        <Once />
        <input type="hidden" name="intent" value="rename" />
        <Field
          name="name"
          label="Name"
          maxLength={80}
          required
          autocomplete="off"
          value={typed.name ?? room.name}
          error={errors.name}
        />
        <button class="button button-quiet" type="submit">Rename</button>
      </form>
      <form method="post" class="inline-form">
        <Once />
        <input type="hidden" name="intent" value="describe" />
        <Field
          name="description"
          label="Description"
          maxLength={DESCRIPTION_LENGTH}
          autocomplete="off"
          value={typed.description ?? room.description}
          error={errors.description}
        />
        <button class="button button-quiet" type="submit">
          Save description
        </button>
      </form>
    </>
  );
}

const BringBack = () => (
  <form method="post" class="actions">
    <Once />
    <input type="hidden" name="intent" value="restore" />
    <button class="button" type="submit">Bring this room back</button>
  </form>
);

/** What takes a second look: the button that does it is in what opens. */
function Confirmed({ intent, summary, act, children }: {
  intent: string;
  summary: string;
  act: string;
  children: ComponentChildren;
}) {
  return (
    <details class="confirm">
      <summary class="button button-danger">{summary}</summary>
      <form method="post" class="actions">
        <Once />
        <input type="hidden" name="intent" value={intent} />
        <p>{children}</p>
        <button class="button button-danger" type="submit">{act}</button>
      </form>
    </details>
  );
}
