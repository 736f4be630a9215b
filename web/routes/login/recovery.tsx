import { LONGEST_CODE } from "../../accounts/recovery/codes.ts";
import { canAdd } from "../../accounts/passkeys/passkeys.ts";
import { signInWithRecoveryCode } from "../../accounts/recovery/sign-in.ts";
import { Field } from "../../components/Field.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Once } from "../../components/Once.tsx";
import { OtherWays } from "../../components/OtherWays.tsx";
import { Title } from "../../components/Title.tsx";
import { secondStep } from "../../http/pages/second-step.ts";
import { textOf } from "../../http/requests/forms.ts";
import { stepOf } from "../../http/requests/pending-login.ts";
import { define } from "../../utils.ts";

/** Where whoever has used the last code can make new ones: only now, a moment after signing in. */
const makeNew = (next: string): string =>
  `/account/recovery?next=${encodeURIComponent(next)}`;

export const handler = secondStep(["code"], async (ctx, token, form, next) => {
  const { services: s, ip } = ctx.state;
  const code = textOf(form, "code");
  const session = await signInWithRecoveryCode(s, token, code, ip);
  const isLast = session.left === 0 && canAdd(s.config);
  return isLast ? { ...session, onward: makeNew(next) } : session;
});

export default define.page<typeof handler>(({ data }) => {
  const { next, factors, whyFaceFirst, failure, typed } = data;
  const hasCodes = factors.includes("recovery");
  return (
    <div class="column column-narrow stack">
      <Title text="Recovery code" failed={Boolean(failure)} />
      <h1>Use a recovery code</h1>
      <p class="soft">
        {hasCodes
          ? "Type one of the ten codes you wrote down. It works once."
          : "You have no recovery codes left."}
      </p>
      {hasCodes && (
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
            value={typed?.code}
            error={failure?.fields.code}
          />
          <button class="button" type="submit">Sign in</button>
        </form>
      )}
      <OtherWays
        factors={factors}
        except="recovery"
        next={next}
        whyFaceFirst={whyFaceFirst}
        hint="Or sign in another way:"
      />
    </div>
  );
});
