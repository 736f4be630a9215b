import { Once } from "../../components/Once.tsx";
import { type Context, page } from "fresh";
import {
  clearPasskeyCookie,
  pendingLoginCookie,
  readDeviceCookie,
  readPasskeyCookie,
} from "../../accounts/cookies.ts";
import { canAdd, requireAddable } from "../../accounts/passkeys/passkeys.ts";
import { requireSite, type Site } from "../../accounts/passkeys/site.ts";
import { safeNext } from "../../accounts/safe-next.ts";
import { LONGEST_EMAIL } from "../../accounts/email.ts";
import { Field } from "../../components/Field.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Notice } from "../../components/Notice.tsx";
import { PasskeyForm } from "../../components/PasskeyForm.tsx";
import { Title } from "../../components/Title.tsx";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import { invitedAddress } from "../../rooms/invited.ts";
import { signedIn, stepOf } from "../../http/requests/pending-login.ts";
import { siteFor } from "../../http/requests/site.ts";
import { define, type State } from "../../utils.ts";

interface Data {
  next: string;
  email: string;
  /** Why the person is here again. */
  why?: string;
  /** Passkeys can be used alone: here, and on this server. */
  passkeys: boolean;
  failure?: Failure;
}

/** What brings people back here, by its name in the address. */
const WHY: Record<string, string> = {
  late:
    "That took longer than 5 minutes. Please start again with your password.",
  tries:
    "None of your five tries matched. Start again with your password, and choose an e-mail code if your face is not recognised.",
  "face-first":
    "None of your five tries matched. Start again with your password. If none ever does, ask whoever runs your ChatSphere to allow an e-mail code.",
  reset:
    "Your new password is set, and every device is signed out. Sign in with it now.",
  ended:
    "You were signed out, so what you just sent had no effect. Sign in and send it again.",
};

const hasPasskeys = (ctx: Context<State>): boolean =>
  siteFor(ctx) !== null && canAdd(ctx.state.services.config);

/** The whole of a sign-in with a passkey that made sure of the person itself. */
async function signInAlone(
  { state: { services: s, ip }, req }: Context<State>,
  site: Site,
  answer: string,
  next: string,
): Promise<Response> {
  requireAddable(s.config);
  const browser = readPasskeyCookie(s.config, req.headers) ?? "";
  const asked = { answer, browser, site, ip };
  const { signInWithPasskeyAlone } = await import(
    "../../accounts/passkeys/sign-in.ts"
  );
  const session = await signInWithPasskeyAlone(s, asked);
  const signed = signedIn(s, session, next);
  signed.headers.append("set-cookie", clearPasskeyCookie(s.config));
  return signed;
}

export const handler = define.handlers({
  async GET(ctx) {
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    if (ctx.state.account) return ctx.redirect(next, 303);
    const why = Object.keys(WHY).find((key) => ctx.url.searchParams.has(key));
    const email = await invitedAddress(ctx.state.services, next);
    return page<Data>({ next, email, why, passkeys: hasPasskeys(ctx) });
  },

  async POST(ctx) {
    const { services, requestId, ip } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const site = siteFor(ctx);
    const data: Data = { next, email: "", passkeys: hasPasskeys(ctx) };
    try {
      const form = await readForm(ctx.req);
      if (form.has("passkey")) {
        const answer = textOf(form, "passkey");
        return await signInAlone(ctx, requireSite(site), answer, next);
      }
      data.email = textOf(form, "email");
      const { startSignIn } = await import("../../accounts/sign-in.ts");
      const { account, token, expiresAt, factors } = await startSignIn(
        services,
        {
          email: data.email,
          password: textOf(form, "password"),
          ip,
          device: readDeviceCookie(services.config, ctx.req.headers),
        },
        site?.rpId,
      );
      // Whoever may use nothing here is told so where a passkey is asked for.
      const [factor = "passkey"] = factors;
      const { withFirstCode } = await import("../../http/pages/first-code.ts");
      const step = factor === "code"
        ? await withFirstCode(services, account.id, next)
        : stepOf(factor, next);
      const answer = ctx.redirect(step, 303);
      answer.headers.append(
        "set-cookie",
        pendingLoginCookie(services.config, token, expiresAt),
      );
      return answer;
    } catch (error) {
      data.failure = failureOf(error, ["email", "password"], requestId);
      return page(data, { status: data.failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { failure } = data;
  const errors = failure?.fields ?? {};
  const query = `next=${encodeURIComponent(data.next)}`;
  return (
    <div class="column column-narrow stack">
      <Title text="Sign in" failed={Boolean(failure)} />
      <h1>Sign in</h1>
      <p class="soft">
        Your password first, then a second proof that it is you. New here?{" "}
        <a href={`/register?${query}`}>Create an account</a>.
      </p>
      <form class="form" method="post" action={`/login?${query}`}>
        <Once />
        <FormNotice failure={failure} />
        {data.why && (
          <Notice icon={data.why === "reset" ? "check" : "clock"} answer>
            {WHY[data.why]}
          </Notice>
        )}
        <Field
          name="email"
          label="E-mail"
          type="email"
          maxLength={LONGEST_EMAIL}
          autocomplete={data.passkeys ? "username webauthn" : "username"}
          required
          value={data.email}
          error={errors.email}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          maxLength={128}
          required
          error={errors.password}
        />
        <p>
          <a href="/login/forgot">Forgot your password?</a>
        </p>
        <button class="button" type="submit">Continue</button>
      </form>
      {data.passkeys && (
        <PasskeyForm
          purpose="sign-in"
          action={`/login?${query}`}
          label="Sign in with a passkey"
          quiet
        />
      )}
    </div>
  );
});
