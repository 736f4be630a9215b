import { page } from "fresh";
import { isRecent } from "../../accounts/factor-changes.ts";
import {
  canAdd,
  LONGEST_PASSKEY_NAME,
} from "../../accounts/passkeys/passkeys.ts";
import { readRecord } from "../../accounts/store.ts";
import { BackToAccount } from "../../components/BackToAccount.tsx";
import { Field } from "../../components/Field.tsx";
import { OwnPassword } from "../../components/OwnPassword.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Notice } from "../../components/Notice.tsx";
import { PasskeyForm } from "../../components/PasskeyForm.tsx";
import {
  PasskeyList,
  type ShownPasskey,
} from "../../components/PasskeyList.tsx";
import { SignInAgain } from "../../components/SignInAgain.tsx";
import { Title } from "../../components/Title.tsx";
import { personOf } from "../../http/middleware/person.ts";
import { changePasskeys } from "../../http/pages/passkey-actions.ts";
import { clockOf } from "../../http/requests/clock.ts";
import {
  type Failure,
  failureOf,
  readForm,
  sentenceFor,
  textOf,
} from "../../http/requests/forms.ts";
import { siteFor } from "../../http/requests/site.ts";
import { define, type State } from "../../utils.ts";

interface Data {
  passkeys: ShownPasskey[];
  isRecent: boolean;
  done: string | null;
  /** The passkey whose form came back. */
  failed?: string;
  failure?: Failure;
}

const DONE: Record<string, string> = {
  add: "Your passkey was added.",
  rename: "Passkey renamed.",
  remove: "Your passkey was removed. Your other devices were signed out.",
};

async function dataOf(state: State): Promise<Data> {
  const { services: s, session } = state;
  const record = await readRecord(s.kv, personOf(state).id);
  const passkeys = (record?.passkeys ?? []).map((
    { id, name, rpId, createdAt, lastUsedAt },
  ) => ({ id, name, rpId, createdAt, lastUsedAt }));
  const recent = await isRecent(s, session?.token);
  return { passkeys, isRecent: recent, done: null };
}

export const handler = define.handlers({
  async GET(ctx) {
    const done = ctx.url.searchParams.get("done");
    return page<Data>({ ...await dataOf(ctx.state), done });
  },

  async POST(ctx) {
    const { state } = ctx;
    let failed = "";
    try {
      const form = await readForm(ctx.req);
      failed = textOf(form, "id");
      const done = await changePasskeys(state, siteFor(ctx), form);
      return ctx.redirect(`/account/passkeys?done=${done}`, 303);
    } catch (error) {
      const failure = failureOf(error, ["name", "password"], state.requestId);
      const data = { ...await dataOf(state), failed, failure };
      return page<Data>(data, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>((ctx) => {
  const { data, state } = ctx;
  const { failure, passkeys } = data;
  const happened = sentenceFor(DONE, data.done);
  return (
    <div class="column column-narrow stack">
      <Title text="Passkeys" failed={Boolean(failure)} />
      <BackToAccount />
      <h1>Passkeys</h1>
      <p class="soft">
        A passkey lives on your phone, your computer or a security key. It signs
        you in after the password, and alone where the device makes sure that it
        is you.
      </p>
      {happened && <Notice answer>{happened}</Notice>}
      <FormNotice failure={failure} />
      <PasskeyList
        passkeys={passkeys}
        isRecent={data.isRecent}
        clock={clockOf(ctx.req)}
        failed={data.failed}
        errors={failure?.fields ?? {}}
      />
      {data.isRecent
        ? (
          <Add
            can={canAdd(state.services.config)}
            here={siteFor(ctx) !== null}
          />
        )
        : (
          <SignInAgain>
            To add or remove a passkey, sign in again first. You can do it only
            within 10 minutes of signing in.
          </SignInAgain>
        )}
    </div>
  );
});

function Add({ can, here }: { can: boolean; here: boolean }) {
  if (!can) return null;
  return (
    <section class="stack" aria-labelledby="add-heading">
      <h2 id="add-heading">Add a passkey</h2>
      {here
        ? (
          <PasskeyForm
            purpose="add"
            action="/account/passkeys"
            label="Add a passkey"
          >
            <input type="hidden" name="intent" value="add" />
            <Field
              id="new-name"
              name="name"
              label="What to call it"
              hint="For example the device it is on."
              maxLength={LONGEST_PASSKEY_NAME}
            />
            <OwnPassword id="new-password" />
          </PasskeyForm>
        )
        : (
          <p>
            Passkeys work only at an address with a name, over https. Open
            ChatSphere at such an address to add one.
          </p>
        )}
    </section>
  );
}
