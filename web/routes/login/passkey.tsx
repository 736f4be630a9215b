import { page } from "fresh";
import { signInWithPasskey } from "../../accounts/passkeys/sign-in.ts";
import { requireSite } from "../../accounts/passkeys/site.ts";
import { safeNext } from "../../accounts/safe-next.ts";
import type { Factor } from "../../accounts/types.ts";
import { FormNotice } from "../../components/FormNotice.tsx";
import { OtherWays } from "../../components/OtherWays.tsx";
import { PasskeyForm } from "../../components/PasskeyForm.tsx";
import { Title } from "../../components/Title.tsx";
import { AppError } from "../../errors.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import {
  pendingLoginOf,
  signedIn,
  startAgain,
  stepOf,
} from "../../http/requests/pending-login.ts";
import { siteFor } from "../../http/requests/site.ts";
import { define } from "../../utils.ts";

interface Data {
  next: string;
  name: string;
  factors: Factor[];
  noCode?: string;
  failure?: Failure;
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const site = siteFor(ctx);
    const pending = await pendingLoginOf(services, ctx.req.headers, site);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    const { account: { name }, factors, noCode } = pending;
    return page<Data>({ next, name, factors, noCode });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const site = siteFor(ctx);
    const pending = await pendingLoginOf(services, ctx.req.headers, site);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    const { token, account: { name }, factors, noCode } = pending;
    try {
      const answer = textOf(await readForm(ctx.req), "passkey");
      const session = await signInWithPasskey(
        services,
        token,
        answer,
        requireSite(site),
      );
      return signedIn(services, session, next);
    } catch (error) {
      if (error instanceof AppError && error.code === "login-expired") {
        const why = noCode ? "only-own" : "tries";
        return ctx.redirect(startAgain(next, why), 303);
      }
      const failure = failureOf(error, [], requestId);
      const data = { next, name, factors, noCode, failure };
      return page<Data>(data, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { next, name, factors, noCode, failure } = data;
  return (
    <div class="column column-narrow stack">
      <Title text="Your passkey" failed={Boolean(failure)} />
      <h1>Use your passkey</h1>
      <FormNotice failure={failure} />
      {factors.includes("passkey")
        ? (
          <>
            <p class="soft">
              Hello{" "}
              <bdi>{name}</bdi>. Your device or your security key will ask you
              to approve.
            </p>
            <PasskeyForm
              purpose="second-step"
              action={stepOf("passkey", next)}
              label="Sign in with my passkey"
            />
          </>
        )
        : (
          <p>
            Your passkey belongs to another address of this ChatSphere. Open it
            there to sign in with it.
          </p>
        )}
      <OtherWays
        factors={factors}
        except="passkey"
        next={next}
        noCode={noCode}
        hint="Is your passkey not at hand?"
      />
    </div>
  );
});
