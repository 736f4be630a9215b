import { page } from "fresh";
import { clearSessionCookie } from "../../accounts/cookies.ts";
import {
  confirmAddress,
  type Confirmation,
  findConfirmation,
} from "../../accounts/confirm-address.ts";
import { finishErasuresSoon } from "../../accounts/erasures.ts";
import { disownAccount } from "../../accounts/unconfirmed.ts";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Once } from "../../components/Once.tsx";
import { Title } from "../../components/Title.tsx";
import { AppError } from "../../errors.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
  unknownIntent,
} from "../../http/requests/forms.ts";
import { announceSignOut } from "../../rooms/announce.ts";
import { define, type State } from "../../utils.ts";

interface Data {
  /** Null when the link no longer works. */
  confirmation: Confirmation | null;
  failure?: Failure;
}

/** The address of this page is a secret as long as it works. */
const headers = { "cache-control": "no-store" };

/** What the link is about; null, with the reason, when it no longer works. */
async function load({ services, requestId }: State, code: string) {
  try {
    return { confirmation: await findConfirmation(services, code) };
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 410) throw error;
    return { confirmation: null, failure: failureOf(error, [], requestId) };
  }
}

export const handler = define.handlers({
  async GET(ctx) {
    const data: Data = await load(ctx.state, ctx.params.code);
    return page(data, { status: data.failure?.status ?? 200, headers });
  },

  async POST(ctx) {
    const { state } = ctx;
    const { services, account, requestId } = state;
    const { code } = ctx.params;
    const here = `/confirm/${encodeURIComponent(code)}`;
    const intent = textOf(await readForm(ctx.req), "intent");
    try {
      if (intent === "confirm") {
        if (account === null) {
          return ctx.redirect(`/login?next=${encodeURIComponent(here)}`, 303);
        }
        await confirmAddress(services, account.id, code);
        return ctx.redirect(here, 303);
      }
      if (intent !== "remove") throw unknownIntent();
      const { accountId } = await findConfirmation(services, code);
      await disownAccount(services, code);
      finishErasuresSoon(services);
      await announceSignOut(services, { userId: accountId });
      const answer = ctx.redirect("/register?done=removed", 303);
      if (account?.id === accountId) {
        const cookie = clearSessionCookie(services.config);
        answer.headers.append("set-cookie", cookie);
      }
      return answer;
    } catch (error) {
      const failure = failureOf(error, [], requestId);
      const { confirmation } = await load(state, code);
      return page<Data>({ confirmation, failure }, {
        status: failure.status,
        headers,
      });
    }
  },
});

const Act = ({ intent, label, quiet }: {
  intent: "confirm" | "remove";
  label: string;
  quiet?: boolean;
}) => (
  <form method="post">
    <Once />
    <input type="hidden" name="intent" value={intent} />
    <button class={quiet ? "button button-quiet" : "button"} type="submit">
      {label}
    </button>
  </form>
);

/** What to do about an address that is not confirmed yet. */
function Open({ email, isMine, next }: {
  email: string;
  /** The account is that of whoever looks. */
  isMine: boolean;
  next: string;
}) {
  return (
    <>
      <h1>Confirm your e-mail address</h1>
      <p>
        Someone made an account with <bdi>{email}</bdi>. {isMine
          ? "Is it your address?"
          : "If it was you, sign in to confirm it. If not, you can remove that account now."}
      </p>
      <div class="actions">
        {isMine
          ? <Act intent="confirm" label="Confirm my address" />
          : (
            <a class="button" href={`/login?next=${next}`}>
              Sign in to confirm
            </a>
          )}
        <Act intent="remove" label="It was not me: remove the account" quiet />
      </div>
    </>
  );
}

export default define.page<typeof handler>(({ data, state, params }) => {
  const { confirmation, failure } = data;
  const next = encodeURIComponent(`/confirm/${params.code}`);
  return (
    <div class="column column-narrow stack">
      <Title text="Confirm your address" failed={Boolean(failure)} />
      {confirmation === null
        ? (
          <>
            <h1>This link has expired</h1>
            <p>{failure?.message}</p>
            <p class="actions">
              <a class="button" href="/">Go to the home page</a>
            </p>
          </>
        )
        : confirmation.isConfirmed
        ? (
          <>
            <h1>Your address is confirmed</h1>
            <p>
              <bdi>{confirmation.email}</bdi>{" "}
              belongs to your account. You can invite people now.
            </p>
            <p class="actions">
              <a class="button" href="/rooms">Go to your rooms</a>
            </p>
          </>
        )
        : (
          <>
            <FormNotice failure={failure} />
            <Open
              email={confirmation.email}
              isMine={state.account?.id === confirmation.accountId}
              next={next}
            />
          </>
        )}
    </div>
  );
});
