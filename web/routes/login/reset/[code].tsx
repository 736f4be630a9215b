import { Once } from "../../../components/Once.tsx";
import { page } from "fresh";
import {
  clearPendingLoginCookie,
  clearSessionCookie,
} from "../../../accounts/cookies.ts";
import { findReset, resetPassword } from "../../../accounts/reset-password.ts";
import { endSession } from "../../../accounts/sessions.ts";
import { Field } from "../../../components/Field.tsx";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { Title } from "../../../components/Title.tsx";
import { AppError } from "../../../errors.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../../http/requests/forms.ts";
import { announceSignOut } from "../../../rooms/announce.ts";
import { define } from "../../../utils.ts";

interface Data {
  /** Whose password it is; null when the link no longer works. */
  email: string | null;
  failure?: Failure;
}

/** The address of this page is a secret as long as it works. */
const headers = { "cache-control": "no-store" };

const isOver = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === "reset-over";

/** The page that says what to do when a link has ended; other errors go on. */
function over(error: unknown) {
  if (!isOver(error)) throw error;
  const failure = failureOf(error, []);
  return page<Data>({ email: null, failure }, {
    status: failure.status,
    headers,
  });
}

export const handler = define.handlers({
  async GET(ctx) {
    try {
      const { email } = await findReset(ctx.state.services, ctx.params.code);
      return page<Data>({ email }, { headers });
    } catch (error) {
      return over(error);
    }
  },

  async POST(ctx) {
    const { services, account, session, requestId, ip } = ctx.state;
    const { code } = ctx.params;
    let email: string | null = null;
    let accountId: string;
    try {
      ({ email } = await findReset(services, code));
      const password = textOf(await readForm(ctx.req), "password");
      const change = { code, password, ip };
      ({ accountId } = await resetPassword(services, change));
    } catch (error) {
      if (email === null || isOver(error)) return over(error);
      const failure = failureOf(error, ["password"], requestId);
      const { status } = failure;
      return page<Data>({ email, failure }, { status, headers });
    }
    await announceSignOut(services, { userId: accountId });
    if (account && session && account.id !== accountId) {
      // Somebody else who is signed in here would hide the sign-in page.
      await endSession(services, session.token);
      const { id: userId, sid } = account;
      await announceSignOut(services, { userId, sid });
    }
    const answer = ctx.redirect("/login?reset", 303);
    const { config } = services;
    answer.headers.append("set-cookie", clearSessionCookie(config));
    answer.headers.append("set-cookie", clearPendingLoginCookie(config));
    return answer;
  },
});

/** What is left to do with a link that has ended. */
const Over = ({ why }: { why?: string }) => (
  <>
    <h1>This link has expired</h1>
    <p>{why}</p>
    <p>
      If you have just chosen a new password, sign in with it. If not, ask for
      another link.
    </p>
    <p class="actions">
      <a class="button" href="/login/forgot">Ask for another link</a>
      <a class="button button-quiet" href="/login">Sign in</a>
    </p>
  </>
);

export default define.page<typeof handler>(({ data: { email, failure } }) => (
  <div class="column column-narrow stack">
    <Title text="A new password" failed={Boolean(failure)} />
    {email === null ? <Over why={failure?.message} /> : (
      <>
        <h1>Choose a new password</h1>
        <p class="soft">
          For the account of{" "}
          <bdi>{email}</bdi>. All your devices will be signed out, including
          this one. You then sign in again.
        </p>
        <form class="form" method="post">
          <Once />
          <FormNotice failure={failure} />
          <input
            type="text"
            name="username"
            autocomplete="username"
            value={email}
            hidden
            readonly
          />
          <Field
            name="password"
            label="New password"
            type="password"
            hint="At least 8 characters. A few words in a row are easy to remember and hard to guess."
            autocomplete="new-password"
            minLength={8}
            maxLength={128}
            required
            error={failure?.fields.password}
          />
          <button class="button" type="submit">Set the password</button>
        </form>
      </>
    )}
  </div>
));
