import type { Failure } from "../http/requests/forms.ts";
import { DESCRIPTION_LENGTH, roomFormId } from "../rooms/rooms.ts";
import { Field } from "./Field.tsx";

/** The form that makes a room by its name alone, for people who are invited. */
export function CreateRoom({ action, name, failure, autofocus }: {
  /** The page that shows the form again, should it not be taken. */
  action: string;
  name: string;
  failure?: Failure;
  /** The form is what the page is for. */
  autofocus?: boolean;
}) {
  return (
    <form class="inline-form" method="post" action={action} id="new">
      <input type="hidden" name="once" value={roomFormId()} />
      <Name name={name} failure={failure} autofocus={autofocus} />
      <button class="button" type="submit">Create room</button>
    </form>
  );
}

function Name({ name, failure, autofocus }: {
  name: string;
  failure?: Failure;
  autofocus?: boolean;
}) {
  return (
    <Field
      name="name"
      label="Name of the room"
      maxLength={80}
      required
      autocomplete="off"
      value={name}
      error={failure?.fields.name}
      autofocus={autofocus || Boolean(failure?.fields.name)}
    />
  );
}

/** What is asked of a room that is made on a page of its own. */
export interface NewRoomFields {
  name: string;
  description: string;
  kind: "closed" | "open";
}

/** The form that makes a room, for those who are invited or for everyone on this server. */
export function CreateAnyRoom({ fields, mayOpen, failure }: {
  fields: NewRoomFields;
  /** The person may make open rooms. */
  mayOpen: boolean;
  failure?: Failure;
}) {
  const kind = (value: NewRoomFields["kind"], text: string) => (
    <label class="check">
      <input
        type="radio"
        name="kind"
        value={value}
        checked={fields.kind === value}
      />
      <span>{text}</span>
    </label>
  );
  return (
    <form class="form" method="post" action="/rooms/new" id="new">
      <input type="hidden" name="once" value={roomFormId()} />
      <Name name={fields.name} failure={failure} autofocus={!failure} />
      <Field
        name="description"
        label="Description"
        hint="One line, if you like."
        maxLength={DESCRIPTION_LENGTH}
        autocomplete="off"
        value={fields.description}
        error={failure?.fields.description}
      />
      {mayOpen && (
        <fieldset class="field">
          <legend>Who can join</legend>
          {kind("closed", "Only people you invite")}
          {kind("open", "Anyone on this server can find it and join")}
        </fieldset>
      )}
      <p>
        <button class="button" type="submit">Create room</button>
      </p>
    </form>
  );
}
