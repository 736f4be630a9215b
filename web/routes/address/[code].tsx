import { page } from "fresh";
import {
  changeAddress,
  findAddressChange,
} from "../../accounts/address/change.ts";
import { finishErasuresSoon } from "../../accounts/erasures.ts";
import { LinkOver } from "../../components/LinkOver.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Once } from "../../components/Once.tsx";
import { Title } from "../../components/Title.tsx";
import { AppError } from "../../errors.ts";
import { type Failure, failureOf } from "../../http/requests/forms.ts";
import { define, type State } from "../../utils.ts";

interface Data {
  /** The new address; null when the link no longer works. */
  email: string | null;
  /** The account is that of whoever looks. */
  isMine: boolean;
  failure?: Failure;
}

/** The address of this page is a secret as long as it works. */
const headers = { "cache-control": "no-store" };

async function load(
  { services, account, requestId }: State,
  code: string,
): Promise<Data> {
  try {
    const { accountId, link } = await findAddressChange(services, code);
    return { email: link.email, isMine: account?.id === accountId };
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 410) throw error;
    const failure = failureOf(error, [], requestId);
    return { email: null, isMine: false, failure };
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
    if (account === null) {
      const here = `/address/${encodeURIComponent(code)}`;
      return ctx.redirect(`/login?next=${encodeURIComponent(here)}`, 303);
    }
    try {
      await changeAddress(s, account.id, code);
      finishErasuresSoon(s);
      return ctx.redirect("/account?done=address", 303);
    } catch (error) {
      const failure = failureOf(error, [], requestId);
      const data = await load(ctx.state, code);
      const { status } = failure;
      return page<Data>({ ...data, failure }, { status, headers });
    }
  },
});

export default define.page<typeof handler>(({ data, params }) => {
  const { email, isMine, failure } = data;
  const next = encodeURIComponent(`/address/${params.code}`);
  return (
    <div class="column column-narrow stack">
      <Title text="Confirm your new address" failed={Boolean(failure)} />
      {email === null ? <LinkOver why={failure?.message} /> : (
        <>
          <FormNotice failure={failure} />
          <h1>Confirm your new address</h1>
          {isMine
            ? (
              <>
                <p>
                  Your account will use{" "}
                  <bdi>{email}</bdi>. You then sign in with this address.
                </p>
                <form method="post">
                  <Once />
                  <button class="button" type="submit">
                    Use this address
                  </button>
                </form>
              </>
            )
            : (
              <>
                <p>
                  Someone wants to use <bdi>{email}</bdi>{" "}
                  for their account. If it was you, sign in to that account to
                  confirm it. If not, close this page and nothing happens.
                </p>
                <p class="actions">
                  <a class="button" href={`/login?next=${next}`}>
                    Sign in to confirm
                  </a>
                </p>
              </>
            )}
        </>
      )}
    </div>
  );
});
