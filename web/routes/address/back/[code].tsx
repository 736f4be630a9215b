import { page } from "fresh";
import {
  findFormerAddress,
  restoreAddress,
} from "../../../accounts/address/restore.ts";
import {
  clearPendingLoginCookie,
  clearSessionCookie,
} from "../../../accounts/cookies.ts";
import { finishErasuresSoon } from "../../../accounts/erasures.ts";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { LinkOver } from "../../../components/LinkOver.tsx";
import { Once } from "../../../components/Once.tsx";
import { Title } from "../../../components/Title.tsx";
import { AppError } from "../../../errors.ts";
import { type Failure, failureOf } from "../../../http/requests/forms.ts";
import { announceSignOut } from "../../../rooms/announce.ts";
import { define, type State } from "../../../utils.ts";

interface Data {
  /** The address it leads back to; null when the link no longer works. */
  email: string | null;
  failure?: Failure;
}

/** The address of this page is a secret as long as it works. */
const headers = { "cache-control": "no-store" };

async function load(
  { services, requestId }: State,
  code: string,
): Promise<Data> {
  try {
    const { link } = await findFormerAddress(services, code);
    return { email: link.email };
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 410) throw error;
    return { email: null, failure: failureOf(error, [], requestId) };
  }
}

export const handler = define.handlers({
  async GET(ctx) {
    const data = await load(ctx.state, ctx.params.code);
    return page(data, { status: data.failure?.status ?? 200, headers });
  },

  async POST(ctx) {
    const { services: s, account, requestId } = ctx.state;
    const { code } = ctx.params;
    try {
      const { accountId, reset } = await restoreAddress(s, code);
      finishErasuresSoon(s);
      await announceSignOut(s, { userId: accountId });
      const answer = ctx.redirect(`/login/reset/${reset}`, 303);
      if (account === null || account.id === accountId) {
        const { config } = s;
        answer.headers.append("set-cookie", clearSessionCookie(config));
        answer.headers.append("set-cookie", clearPendingLoginCookie(config));
      }
      return answer;
    } catch (error) {
      const failure = failureOf(error, [], requestId);
      const data = await load(ctx.state, code);
      const { status } = failure;
      return page<Data>({ ...data, failure }, { status, headers });
    }
  },
});

export default define.page<typeof handler>(({ data: { email, failure } }) => (
  <div class="column column-narrow stack">
    <Title text="Take your account back" failed={Boolean(failure)} />
    {email === null ? <LinkOver why={failure?.message} /> : (
      <>
        <FormNotice failure={failure} />
        <h1>Take your account back</h1>
        <p>
          Your account will use <bdi>{email}</bdi>{" "}
          again. Every device will be signed out, and the password stops
          working: you then choose a new one.
        </p>
        <form method="post">
          <Once />
          <button class="button" type="submit">Take my account back</button>
        </form>
      </>
    )}
  </div>
));
