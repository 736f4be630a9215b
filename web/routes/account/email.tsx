import { page } from "fresh";
import { askForAddress } from "../../accounts/address/change.ts";
import { LONGEST_EMAIL } from "../../accounts/email.ts";
import { isRecent, requireRecent } from "../../accounts/factor-changes.ts";
import { confirmPassword } from "../../accounts/profile.ts";
import { BackToAccount } from "../../components/BackToAccount.tsx";
import { Field } from "../../components/Field.tsx";
import { OwnPassword } from "../../components/OwnPassword.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Notice } from "../../components/Notice.tsx";
import { Once } from "../../components/Once.tsx";
import { SignInAgain } from "../../components/SignInAgain.tsx";
import { Title } from "../../components/Title.tsx";
import { personOf } from "../../http/middleware/person.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import { define } from "../../utils.ts";

interface Data {
  isRecent: boolean;
  /** The link is on its way. */
  sent: boolean;
  email?: string;
  failure?: Failure;
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const recent = await isRecent(services, session?.token);
    const sent = ctx.url.searchParams.has("sent");
    return page<Data>({ isRecent: recent, sent });
  },

  async POST(ctx) {
    const { services: s, session, ip, requestId } = ctx.state;
    const { id: accountId } = personOf(ctx.state);
    let email = "";
    try {
      const form = await readForm(ctx.req);
      email = textOf(form, "email");
      await requireRecent(s, session?.token);
      const password = textOf(form, "password");
      await confirmPassword(s, { accountId, password, ip });
      await askForAddress(s, accountId, email);
      return ctx.redirect("/account/email?sent", 303);
    } catch (error) {
      const failure = failureOf(error, ["email", "password"], requestId);
      const recent = await isRecent(s, session?.token);
      return page<Data>({ isRecent: recent, sent: false, email, failure }, {
        status: failure.status,
      });
    }
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const { failure, sent } = data;
  const errors = failure?.fields ?? {};
  return (
    <div class="column column-narrow stack">
      <Title text="Change your address" failed={Boolean(failure)} />
      <BackToAccount />
      <h1>Change your address</h1>
      {sent && (
        <Notice answer>
          We’ve sent a link to your new address. Open it here within an hour.
          Until then nothing changes.
        </Notice>
      )}
      <p class="soft">
        Your account uses{" "}
        <bdi>{personOf(state).email}</bdi>. We will tell that address of the
        change, and whoever reads it can undo it for 7 days.
      </p>
      {data.isRecent
        ? (
          <form class="form" method="post" action="/account/email">
            <Once />
            <FormNotice failure={failure} />
            <Field
              name="email"
              label="New e-mail address"
              type="email"
              autocomplete="email"
              maxLength={LONGEST_EMAIL}
              required
              value={data.email}
              error={errors.email}
            />
            <OwnPassword error={errors.password} />
            <button class="button" type="submit">Send the link</button>
          </form>
        )
        : (
          <>
            <FormNotice failure={failure} />
            <SignInAgain>
              To change your address, sign in again first. You can change it
              only within 10 minutes of signing in.
            </SignInAgain>
          </>
        )}
    </div>
  );
});
