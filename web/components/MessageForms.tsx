import type { ComponentChildren } from "preact";
import type { Message, Role } from "../../realtime/protocol.ts";
import { EMOJI } from "../client/drawn/emoji.ts";
import { Field, FieldError } from "./Field.tsx";
import { Once } from "./Once.tsx";

/** What a form that could not be taken had in it. */
export interface Typed {
  intent?: string;
  content?: string;
  error?: string;
}

function Part({ id, title, children }: {
  id: string;
  title: string;
  children: ComponentChildren;
}) {
  return (
    <section class="stack" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** A form with one text. */
function TextForm({ intent, label, button, content, error, optional }: {
  intent: string;
  label: string;
  button: string;
  content?: string;
  error?: string;
  /** It may be left empty. */
  optional?: boolean;
}) {
  return (
    <form class="form" method="post">
      <Once />
      <input type="hidden" name="intent" value={intent} />
      <input type="hidden" name="clientId" value={crypto.randomUUID()} />
      <textarea
        class="input"
        name="content"
        rows={3}
        required={!optional}
        dir="auto"
        aria-label={label}
        aria-invalid={error ? "true" : undefined}
        aria-describedby={error ? `${intent}-error` : undefined}
        autofocus={Boolean(error)}
      >
        {content}
      </textarea>
      <FieldError id={`${intent}-error`} message={error} />
      <button class="button" type="submit">{button}</button>
    </form>
  );
}

/** Each button says what it leads to, so that pressing it twice does it once. */
function Reactions({ message, me }: { message: Message; me: string }) {
  const { reactions = {} } = message;
  const offered = [...new Set([...EMOJI, ...Object.keys(reactions)])];
  return (
    <div class="reactions">
      {offered.map((emoji) => {
        const people = reactions[emoji] ?? [];
        const mine = people.includes(me);
        return (
          <form method="post" key={emoji}>
            <Once />
            <input type="hidden" name="intent" value="react" />
            <input type="hidden" name="emoji" value={emoji} />
            <button
              type="submit"
              name="on"
              value={mine ? "" : "1"}
              aria-pressed={mine ? "true" : "false"}
            >
              {emoji} {people.length || ""}
            </button>
          </form>
        );
      })}
    </div>
  );
}

/** Whatever the buttons do not offer. */
function OtherReaction({ content, error }: Pick<Typed, "content" | "error">) {
  return (
    <form class="form" method="post">
      <Once />
      <input type="hidden" name="intent" value="react-other" />
      <Field
        name="emoji"
        label="Another emoji"
        hint="Type one, or its name between colons, such as :tada:"
        maxLength={42}
        required
        autocomplete="off"
        value={content}
        error={error}
      />
      <button class="button button-quiet" type="submit">React</button>
    </form>
  );
}

function Preview({ preview }: Required<Pick<Message, "preview">>) {
  return (
    <Part id="preview" title="Preview">
      <form method="post" class="actions">
        <Once />
        <input type="hidden" name="intent" value="remove-preview" />
        <p>
          <bdi>{preview.title}</bdi>
        </p>
        <button class="button button-quiet" type="submit">
          Remove the preview
        </button>
      </form>
    </Part>
  );
}

function Delete({ own }: { own: boolean }) {
  return (
    <details class="confirm">
      <summary class="button button-danger">Delete this message</summary>
      <form method="post" class="actions">
        <Once />
        <input type="hidden" name="intent" value="delete" />
        <p>
          {own
            ? "It disappears for everyone."
            : "It disappears for everyone, including whoever wrote it."}
        </p>
        <button class="button button-danger" type="submit">
          Delete for everyone
        </button>
      </form>
    </details>
  );
}

/** All that can be done with one message, as forms: no script is needed. */
export function MessageForms({ message, me, role, link, typed }: {
  message: Message;
  /** Who reads. */
  me: string;
  role: Role;
  /** The address of the message. */
  link: string;
  typed: Typed;
}) {
  const own = message.sender.id === me;
  const { intent, content, error } = typed;
  const gone = message.deletedAt !== undefined;
  const failed = (which: string) => intent === which ? { content, error } : {};
  return (
    <>
      {gone && content && (
        <Part id="unsaved" title="Your text">
          <p>
            The message was deleted in the meantime. You can send your text as a
            new message.
          </p>
          <TextForm
            intent="send"
            label="Your text"
            button="Send"
            content={content}
          />
        </Part>
      )}
      {!gone && (
        <>
          <Part id="react" title="React">
            <Reactions message={message} me={me} />
            <OtherReaction {...failed("react-other")} />
          </Part>
          <Part id="reply" title="Reply">
            <TextForm
              intent="reply"
              label="Your reply"
              button="Send reply"
              {...failed("reply")}
            />
          </Part>
          {own && (
            <Part id="edit" title="Edit">
              <TextForm
                intent="edit"
                label="The message"
                button="Save"
                content={message.content}
                optional={Boolean(message.files || message.voice)}
                {...failed("edit")}
              />
            </Part>
          )}
        </>
      )}
      {own && message.preview && <Preview preview={message.preview} />}
      <Part id="link" title="Link to this message">
        <p class="soft">Members of the room can open it.</p>
        <input
          class="input"
          readOnly
          aria-label="Link to this message"
          value={link}
        />
      </Part>
      {!gone && (own || role === "admin") && <Delete own={own} />}
    </>
  );
}
