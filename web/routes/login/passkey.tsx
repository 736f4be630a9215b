import { signInWithPasskey } from "../../accounts/passkeys/sign-in.ts";
import { requireSite } from "../../accounts/passkeys/site.ts";
import { FormNotice } from "../../components/FormNotice.tsx";
import { OtherWays } from "../../components/OtherWays.tsx";
import { PasskeyForm } from "../../components/PasskeyForm.tsx";
import { Title } from "../../components/Title.tsx";
import { type SecondStep, secondStep } from "../../http/pages/second-step.ts";
import { textOf } from "../../http/requests/forms.ts";
import { stepOf } from "../../http/requests/pending-login.ts";
import { siteFor } from "../../http/requests/site.ts";
import { define } from "../../utils.ts";

export const handler = secondStep([], (ctx, token, form) => {
  const site = requireSite(siteFor(ctx));
  const answer = textOf(form, "passkey");
  return signInWithPasskey(ctx.state.services, token, answer, site);
});

/** For whoever has none, and came here by hand: their sign-in goes on elsewhere. */
function NoPasskey({ next, factors, whyFaceFirst }: SecondStep) {
  const [own, ...others] = factors;
  return (
    <div class="column column-narrow stack">
      <Title text="Your passkey" />
      <h1>You have no passkey</h1>
      <p>Your account has no passkey, so your sign-in does not ask for one.</p>
      {own && (
        <p>
          <a class="button" href={stepOf(own, next)}>Go on with your sign-in</a>
        </p>
      )}
      <OtherWays
        factors={others}
        except="passkey"
        next={next}
        whyFaceFirst={whyFaceFirst}
        hint="Or sign in another way:"
      />
    </div>
  );
}

export default define.page<typeof handler>(({ data }) => {
  if (!data.hasPasskeys) return <NoPasskey {...data} />;
  const { next, name, factors, whyFaceFirst, failure } = data;
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
        whyFaceFirst={whyFaceFirst}
        hint="Don’t have your passkey with you?"
      />
    </div>
  );
});
