import { page } from "fresh";
import { LONGEST_CODE } from "../../accounts/recovery/codes.ts";
import { signInWithRecoveryCode } from "../../accounts/recovery/sign-in.ts";
import { safeNext } from "../../accounts/safe-next.ts";
import type { Factor } from "../../accounts/types.ts";
import { Field } from "../../components/Field.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Once } from "../../components/Once.tsx";
import { OtherWays } from "../../components/OtherWays.tsx";
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
  factors: Factor[];
  noCode?: string;
  failure?: Failure;
}

export const handler = define.handlers({
  async GET(ctx) {
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const { services } = ctx.state;
    const site = siteFor(ctx);
    const pending = await pendingLoginOf(services, ctx.req.headers, site);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    const { factors, noCode } = pending;
    return page<Data>({ next, factors, noCode });
  },

  async POST(ctx) {
    const { services, requestId, ip } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const site = siteFor(ctx);
    const pending = await pendingLoginOf(services, ctx.req.headers, site);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    const { token, factors, noCode } = pending;
    try {
      const code = textOf(await readForm(ctx.req), "code");
      return signedIn(
        services,
        await signInWithRecoveryCode(services, token, code, ip),
        next,
      );
    } catch (error) {
      if (error instanceof AppError && error.code === "login-expired") {
        const why = noCode ? "only-own" : "tries";
        return ctx.redirect(startAgain(next, why), 303);
      }
      const failure = failureOf(error, ["code"], requestId);
      const data = { next, factors, noCode, failure };
      return page<Data>(data, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { next, factors, noCode, failure } = data;
  return (
    <div class="column column-narrow stack">
      <Title text="Recovery code" failed={Boolean(failure)} />
      <h1>Use a recovery code</h1>
      <p class="soft">
        Type one of the ten codes you wrote down. It works once.
      </p>
      <form class="form" method="post" action={stepOf("recovery", next)}>
        <Once />
        <FormNotice failure={failure} />
        <Field
          name="code"
          label="Recovery code"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={LONGEST_CODE}
          required
          error={failure?.fields.code}
        />
        <button class="button" type="submit">Sign in</button>
      </form>
      <OtherWays
        factors={factors}
        except="recovery"
        next={next}
        noCode={noCode}
        hint="Or sign in another way:"
      />
    </div>
  );
});
