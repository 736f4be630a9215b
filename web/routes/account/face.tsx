import { Once } from "../../components/Once.tsx";
import { page } from "fresh";
import type { KeptPhotos, TakenPhotos } from "../../accounts/kept-photos.ts";
import { consentFor } from "../../accounts/consent.ts";
import { BackToAccount } from "../../components/BackToAccount.tsx";
import { Consent } from "../../components/Consent.tsx";
import { OwnPassword } from "../../components/OwnPassword.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { SelfieField } from "../../components/SelfieField.tsx";
import { Title } from "../../components/Title.tsx";
import { storeFace } from "../../http/pages/account-actions.ts";
import {
  type Failure,
  failureOf,
  readForm,
} from "../../http/requests/forms.ts";
import { keptFor, photosOf } from "../../http/requests/kept-photos.ts";
import { personOf } from "../../http/middleware/person.ts";
import { define, type State } from "../../utils.ts";

interface Data {
  hasFace: boolean;
  failure?: Failure;
  /** The photos that came with the form, which has something else to be mended. */
  kept?: KeptPhotos;
}

const FIELDS = {
  selfie: { name: "Your photo", fix: "Please fix your photo below." },
  consent: { name: "Your agreement", fix: "Please tick the box below." },
  password: { name: "Your password", fix: "Please fix your password below." },
};

const isOff = ({ services }: State): boolean =>
  services.config.faceSignIn === "off";

export const handler = define.handlers({
  GET(ctx) {
    if (isOff(ctx.state)) return ctx.redirect("/account", 303);
    return page<Data>({ hasFace: personOf(ctx.state).hasFace });
  },

  async POST(ctx) {
    const { state } = ctx;
    if (isOff(state)) return ctx.redirect("/account", 303);
    const account = personOf(state);
    let taken: TakenPhotos | undefined;
    let hasConsent = false;
    try {
      const form = await readForm(ctx.req);
      hasConsent = form.has("consent");
      taken = await photosOf(form, account.id);
      await storeFace(state, account, form, taken.photos);
      return ctx.redirect("/account?done=face", 303);
    } catch (error) {
      const failure = failureOf(error, Object.keys(FIELDS), state.requestId);
      const kept = await keptFor(ctx.req, failure, hasConsent, taken);
      const { hasFace } = account;
      return page<Data>({ hasFace, failure, kept }, { status: failure.status });
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
      <BackToAccount />
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
          {data.kept
            ? "We didn’t keep your password, so add it again."
            : "We didn’t keep your password or photo, so add both again."}
        </FormNotice>
        <Consent
          text={consentFor(state.services.faces).text}
          error={errors.consent}
        />
        <SelfieField
          legend="Your face"
          hint="Look straight ahead, in even light, with nobody else in the photo."
          error={errors.selfie}
          count={3}
          required
          kept={data.kept}
        />
        <OwnPassword error={errors.password} />
        <button class="button" type="submit">Store this face</button>
      </form>
    </div>
  );
});
