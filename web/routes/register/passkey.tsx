import { page } from "fresh";
import { LONGEST_PASSKEY_NAME } from "../../accounts/passkeys/passkeys.ts";
import { signUpWithPasskey } from "../../accounts/passkeys/sign-in.ts";
import { requireSite } from "../../accounts/passkeys/site.ts";
import { safeNext } from "../../accounts/safe-next.ts";
import { Field } from "../../components/Field.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { OtherWays } from "../../components/OtherWays.tsx";
import { PasskeyForm } from "../../components/PasskeyForm.tsx";
import { Title } from "../../components/Title.tsx";
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
} from "../../http/requests/pending-login.ts";
import { siteFor } from "../../http/requests/site.ts";
import { define } from "../../utils.ts";

interface Data {
  next: string;
  failure?: Failure;
}

export const handler = define.handlers({
  async GET(ctx) {
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const pending = await pendingLoginOf(ctx.state.services, ctx.req.headers);
    if (!pending?.isNew) return ctx.redirect(startAgain(next), 303);
    return page<Data>({ next });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const pending = await pendingLoginOf(services, ctx.req.headers);
    if (!pending?.isNew) return ctx.redirect(startAgain(next), 303);
    try {
      const form = await readForm(ctx.req);
      const session = await signUpWithPasskey(services, pending.token, {
        answer: textOf(form, "passkey"),
        name: textOf(form, "name"),
        site: requireSite(siteFor(ctx)),
      });
      return signedIn(services, session, next);
    } catch (error) {
      const failure = failureOf(error, [], requestId);
      return page<Data>({ next, failure }, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data: { next, failure } }) => (
  <div class="column column-narrow stack">
    <Title text="Make a passkey" failed={Boolean(failure)} />
    <h1>Make your passkey</h1>
    <p class="soft">
      Your account is there. Your device, your password manager or your security
      key keeps the passkey, and never shows it to us. You have 5 minutes.
    </p>
    <FormNotice failure={failure} />
    <PasskeyForm
      purpose="sign-up"
      action={`/register/passkey?next=${encodeURIComponent(next)}`}
      label="Make the passkey"
    >
      <Field
        name="name"
        label="What to call it"
        hint="For example the device it is on."
        maxLength={LONGEST_PASSKEY_NAME}
        value="Passkey"
      />
    </PasskeyForm>
    <OtherWays
      factors={["code"]}
      except="passkey"
      next={next}
      hint="Does it not work here? You can add a passkey later."
    />
  </div>
));
