import { page } from "fresh";
import { isRecent } from "../../accounts/factor-changes.ts";
import { act, type Changed } from "../../http/pages/account-actions.ts";
import { AccountForms } from "../../components/AccountForms.tsx";
import { ConfirmAddress } from "../../components/ConfirmAddress.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Avatar } from "../../components/Avatar.tsx";
import { Notice } from "../../components/Notice.tsx";
import { Title } from "../../components/Title.tsx";
import { clockOf } from "../../http/requests/clock.ts";
import {
  type Failure,
  failureOf,
  readForm,
  sentenceFor,
  textOf,
} from "../../http/requests/forms.ts";
import { forgetHere, hasUnsent } from "../../http/pages/forget-here.ts";
import { hasOutbox } from "../../http/pages/outbox.ts";
import { personOf } from "../../http/middleware/person.ts";
import type { Account } from "../../accounts/types.ts";
import { define, type State } from "../../utils.ts";

interface Data {
  account: Account;
  /** The person signed in a moment ago. */
  isRecent: boolean;
  /** E-mails can be read on this machine. */
  outbox: boolean;
  /** What the form before this page did. */
  done: string | null;
  /** Which form came back, and what was typed into it. */
  intent?: string;
  name?: string;
  failure?: Failure;
}

const FIELDS = ["name", "password", "newPassword"];

async function circumstances(ctx: { url: URL; state: State }) {
  const { services, session } = ctx.state;
  const recent = await isRecent(services, session?.token);
  return { isRecent: recent, outbox: hasOutbox(ctx) };
}

export const handler = define.handlers({
  async GET(ctx) {
    const account = personOf(ctx.state);
    const done = ctx.url.searchParams.get("done");
    return page<Data>({ account, ...await circumstances(ctx), done });
  },

  async POST(ctx) {
    const { state } = ctx;
    const account = personOf(state);
    let intent = "";
    let name = "";
    try {
      const form = await readForm(ctx.req);
      intent = textOf(form, "intent");
      name = textOf(form, "name");
      const changed: Changed = await act(state, account, form);
      const { location, cookie, ended } = changed;
      const answer = ctx.redirect(location, 303);
      if (cookie) answer.headers.append("set-cookie", cookie);
      if (ended) {
        const keepsUnsent = ended === "session" && hasUnsent(ctx.req.headers);
        forgetHere(answer, state.services.config, keepsUnsent);
      }
      return answer;
    } catch (error) {
      const failure = failureOf(error, FIELDS, state.requestId);
      return page<Data>(
        {
          account,
          ...await circumstances(ctx),
          done: null,
          intent,
          name,
          failure,
        },
        { status: failure.status },
      );
    }
  },
});

const DONE: Record<string, string> = {
  rename: "Your new name shows everywhere now.",
  password: "Password changed. Your other devices were signed out.",
  "delete-face":
    "Face deleted. You now sign in with a passkey or an e-mail code.",
  "confirm-again": "You have a new e-mail with the link.",
  address: "Your new address is set. You now sign in with it.",
  face: "Face stored. Your other devices were signed out.",
};

export default define.page<typeof handler>(({ data, state, req }) => {
  const { account, done, failure, outbox } = data;
  const happened = sentenceFor(DONE, done);
  return (
    <div class="column stack">
      <Title text="Account" failed={Boolean(failure)} />
      <div class="profile">
        <Avatar id={account.id} name={account.name} large />
        <div>
          <h1>
            <bdi>{account.name}</bdi>
          </h1>
          <p class="soft">{account.email}</p>
        </div>
      </div>
      {happened && <Notice answer>{happened}</Notice>}
      <FormNotice failure={failure} />
      <ConfirmAddress account={account} outbox={outbox} clock={clockOf(req)} />
      <AccountForms
        isRecent={data.isRecent}
        account={account}
        offersFaces={state.services.config.faceSignIn !== "off"}
        failed={data.intent}
        name={data.name}
        errors={failure?.fields ?? {}}
      />
    </div>
  );
});
