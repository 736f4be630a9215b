import type { Failure } from "../http/requests/forms.ts";
import { roomFormId } from "../rooms/rooms.ts";
import { Field } from "./Field.tsx";

/** The form that makes a room. */
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
      <button class="button" type="submit">Create room</button>
    </form>
  );
}
