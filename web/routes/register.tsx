import { Once } from "../components/Once.tsx";
import { page } from "fresh";
import { isSignUpOpen, signUp } from "../accounts/sign-up.ts";
import {
  type SignUpFactor,
  signUpFactor,
  signUpFactors,
} from "../accounts/sign-up-factors.ts";
import { consentFor } from "../accounts/consent.ts";
import { LONGEST_NAME } from "../accounts/fields.ts";
import type { KeptPhotos, TakenPhotos } from "../accounts/kept-photos.ts";
import { safeNext } from "../accounts/safe-next.ts";
import { invitedAddress } from "../rooms/invited.ts";
import { Consent } from "../components/Consent.tsx";
import { FactorChoice } from "../components/FactorChoice.tsx";
import { LONGEST_EMAIL } from "../accounts/email.ts";
import { Field } from "../components/Field.tsx";
import { FormNotice } from "../components/FormNotice.tsx";
import { Notice } from "../components/Notice.tsx";
import { SelfieField } from "../components/SelfieField.tsx";
import { Title } from "../components/Title.tsx";
import {
  type Failure,
  failureOf,
  FormTooLarge,
  readForm,
  textOf,
} from "../http/requests/forms.ts";
import { afterSignUp, type Onward } from "../http/pages/after-sign-up.ts";
import { keptFor, photosOf } from "../http/requests/kept-photos.ts";
import type { Config } from "../config.ts";
import { siteFor } from "../http/requests/site.ts";
import { define } from "../utils.ts";

interface Data {
  next: string;
  name: string;
  email: string;
  /** What the person wants to sign in with, besides the password. */
  factor: SignUpFactor;
  consent: boolean;
  /** Accounts are made by invitation, and the person has none. */
  isClosed?: boolean;
  /** An account somebody else had made with their address is gone. */
  wasRemoved?: boolean;
  failure?: Failure;
  /** The photos that came with the form, which has something else to be mended. */
  kept?: KeptPhotos;
}

const FIELDS = {
  name: { name: "Your name", fix: "Please fix your name below." },
  email: { name: "Your e-mail", fix: "Please fix your e-mail below." },
  password: { name: "Your password", fix: "Please fix your password below." },
  selfie: { name: "Your photo", fix: "Please fix your photo below." },
  consent: { name: "Your agreement", fix: "Please tick the box below." },
};

/** The code of the invitation somebody is on the way to. */
const invitationIn = (next: string): string | undefined =>
  next.match(/^\/invitations\/([\w-]+)$/)?.[1];

function keepTyped(
  data: Data,
  form: FormData,
  chosen: (asked: string) => SignUpFactor,
): void {
  data.name = textOf(form, "name");
  data.email = textOf(form, "email");
  data.factor = chosen(textOf(form, "factor"));
  data.consent = form.has("consent");
}

const onward = ({ location, cookies }: Onward): Response => {
  const headers = new Headers({ location });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
};

export const handler = define.handlers({
  async GET(ctx) {
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    if (ctx.state.account) return ctx.redirect(next, 303);
    const { services } = ctx.state;
    const email = await invitedAddress(services, next);
    return page<Data>({
      next,
      name: "",
      email,
      factor: signUpFactor(services.config, "", siteFor(ctx) !== null),
      consent: false,
      isClosed: email === "" && !await isSignUpOpen(services),
      wasRemoved: ctx.url.searchParams.get("done") === "removed",
    });
  },

  async POST(ctx) {
    const { services, requestId, ip } = ctx.state;
    const chosen = (asked: string) =>
      signUpFactor(services.config, asked, siteFor(ctx) !== null);
    const data: Data = {
      next: safeNext(ctx.url.searchParams.get("next"), "/rooms"),
      name: "",
      email: "",
      factor: chosen(""),
      consent: false,
    };
    let taken: TakenPhotos | undefined;
    try {
      const form = await readForm(ctx.req);
      keepTyped(data, form, chosen);
      const { factor } = data;
      if (factor === "face") taken = await photosOf(form);
      const account = await signUp(services, {
        invitation: invitationIn(data.next),
        name: data.name,
        email: data.email,
        password: textOf(form, "password"),
        factor,
        consent: data.consent,
        ip,
        selfies: taken?.photos ?? [],
      });
      return onward(
        await afterSignUp(services, account.id, factor, data.next),
      );
    } catch (error) {
      if (error instanceof FormTooLarge) {
        keepTyped(data, error.form, chosen);
      }
      data.failure = failureOf(error, Object.keys(FIELDS), requestId);
      const { failure, consent } = data;
      data.kept = await keptFor(ctx.req, failure, consent, taken);
      return page(data, { status: failure.status });
    }
  },
});

/** What it takes to make an account, by what faces are here. */
const TAKES: Record<Config["faceSignIn"], string> = {
  required:
    "It takes two minutes: a name, a password and a photo of your face.",
  offered:
    "It takes two minutes: a name, a password, and your face or another second proof that it is you.",
  off:
    "It takes two minutes: a name, a password, and a second proof that it is you.",
};

/** What stands in place of the form where accounts are made by invitation. */
const Closed = () => (
  <div class="column column-narrow stack">
    <Title text="Create an account" />
    <h1>By invitation</h1>
    <p>
      You need an invitation to create an account here. Ask a member to invite
      you, then open the link in the e-mail.
    </p>
    <p>
      Already have an account? <a href="/login">Sign in</a>.
    </p>
  </div>
);

export default define.page<typeof handler>((ctx) => {
  const { data, state } = ctx;
  const { failure, next, factor } = data;
  if (data.isClosed) return <Closed />;
  const { config, faces } = state.services;
  const factors = signUpFactors(config, siteFor(ctx) !== null);
  const errors = failure?.fields ?? {};
  const query = `next=${encodeURIComponent(next)}`;
  return (
    <div class="column column-narrow stack">
      <Title text="Create an account" failed={Boolean(failure)} />
      <h1>Create an account</h1>
      <p class="soft">
        {next.startsWith("/invitations/")
          ? "Your invitation opens as soon as you are done."
          : TAKES[config.faceSignIn]} Already have one?{" "}
        <a href={`/login?${query}`}>Sign in</a>.
      </p>
      {data.wasRemoved && (
        <Notice answer>
          The account was removed. You can now create your own.
        </Notice>
      )}
      <form
        class="form"
        method="post"
        action={`/register?${query}`}
        enctype="multipart/form-data"
      >
        <Once />
        <FormNotice failure={failure} long={FIELDS}>
          <span data-lost="">
            {data.kept || factor !== "face"
              ? "We didn’t keep your password, so add it again."
              : "We didn’t keep your password or photo, so add both again."}
          </span>
        </FormNotice>
        <Field
          name="name"
          label="Name"
          hint="What others see beside your messages."
          autocomplete="name"
          maxLength={LONGEST_NAME}
          required
          value={data.name}
          error={errors.name}
        />
        <Field
          name="email"
          label="E-mail"
          type="email"
          maxLength={LONGEST_EMAIL}
          autocomplete="email"
          required
          value={data.email}
          error={errors.email}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          hint="At least 8 characters. A few words in a row are easy to remember and hard to guess."
          autocomplete="new-password"
          minLength={8}
          maxLength={128}
          required
          error={errors.password}
        />
        {factors.length > 1 && (
          <FactorChoice factors={factors} chosen={factor} />
        )}
        {factors.includes("face") && (
          <>
            <Consent
              text={consentFor(faces).text}
              checked={data.consent}
              required={factors.length === 1}
              error={errors.consent}
            />
            <SelfieField
              legend="Your face"
              hint="Look straight ahead, in even light, with nobody else in the photo. You will sign in with your password and a new photo."
              error={errors.selfie}
              count={3}
              required={factors.length === 1}
              kept={data.kept}
            />
          </>
        )}
        <button class="button" type="submit">Create account</button>
      </form>
    </div>
  );
});
