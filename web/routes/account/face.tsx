import { Once } from "../../components/Once.tsx";
import { page } from "fresh";
import { consentFor } from "../../accounts/consent.ts";
import { Consent } from "../../components/Consent.tsx";
import { Field } from "../../components/Field.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Icon } from "../../components/Icon.tsx";
import { SelfieField } from "../../components/SelfieField.tsx";
import { Title } from "../../components/Title.tsx";
import { storeFace } from "../../http/account-actions.ts";
import { type Failure, failureOf, readForm } from "../../http/forms.ts";
import { personOf } from "../../http/person.ts";
import { define } from "../../utils.ts";

interface Data {
  hasFace: boolean;
  failure?: Failure;
}

const FIELDS = {
  selfie: { name: "Your photo", fix: "Please fix your photo below." },
  consent: { name: "Your agreement", fix: "Please tick the box below." },
  password: { name: "Your password", fix: "Please fix your password below." },
};

export const handler = define.handlers({
  GET(ctx) {
    return page<Data>({ hasFace: personOf(ctx.state).hasFace });
  },

  async POST(ctx) {
    const { state } = ctx;
    const account = personOf(state);
    try {
      await storeFace(state, account, await readForm(ctx.req, "files"));
      return ctx.redirect("/account?done=face", 303);
    } catch (error) {
      const failure = failureOf(error, Object.keys(FIELDS), state.requestId);
      const { hasFace } = account;
      return page<Data>({ hasFace, failure }, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const { hasFace, failure } = data;
  const errors = failure?.fields ?? {};
  const title = hasFace ? "Replace your face" : "Store your face";
  return (
    <div class="column column-narrow stack">
      <Title text={title} failed={Boolean(failure)} />
      <p>
        <a class="back" href="/account">
          <Icon name="arrow-left" size={18} /> Account
        </a>
      </p>
      <h1>{title}</h1>
      <p class="soft">
        {hasFace
          ? "This deletes the photo and measurements stored now."
          : "After that, you sign in with your password and your face."}{" "}
        Your other devices will be signed out.
      </p>
      <form
        class="form"
        method="post"
        action="/account/face"
        enctype="multipart/form-data"
      >
        <Once />
        <FormNotice failure={failure} long={FIELDS}>
          We didn’t keep your password or photo, so add both again.
        </FormNotice>
        <SelfieField
          legend="Your face"
          hint="Look straight ahead, in even light, with nobody else in the photo."
          error={errors.selfie}
          count={3}
          required
        />
        <Consent
          text={consentFor(state.services.faces).text}
          error={errors.consent}
        />
        <Field
          name="password"
          label="Your password, to be sure"
          type="password"
          autocomplete="current-password"
          maxLength={128}
          required
          error={errors.password}
        />
        <button class="button" type="submit">Store this face</button>
      </form>
    </div>
  );
});
