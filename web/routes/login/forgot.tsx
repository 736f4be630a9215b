import { Once } from "../../components/Once.tsx";
import { page } from "fresh";
import { requestReset } from "../../accounts/reset-requests.ts";
import { LONGEST_EMAIL } from "../../accounts/email.ts";
import { Field } from "../../components/Field.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Notice } from "../../components/Notice.tsx";
import { Title } from "../../components/Title.tsx";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import { hasOutbox } from "../../http/pages/outbox.ts";
import { finishFirst } from "../../shutdown.ts";
import { define } from "../../utils.ts";

interface Data {
  email: string;
  /** A link was asked for; whether there was an account to send it to is nobody's business. */
  asked: boolean;
  outbox: boolean;
  failure?: Failure;
}

export const handler = define.handlers({
  GET(ctx) {
    const asked = ctx.url.searchParams.has("asked");
    const outbox = hasOutbox(ctx);
    return page<Data>({ email: "", asked, outbox });
  },

  async POST(ctx) {
    const { services, requestId, ip } = ctx.state;
    const outbox = hasOutbox(ctx);
    const data: Data = { email: "", asked: false, outbox };
    try {
      data.email = textOf(await readForm(ctx.req), "email");
      const { sent } = await requestReset(services, { email: data.email, ip });
      finishFirst(sent);
      return ctx.redirect("/login/forgot?asked", 303);
    } catch (error) {
      data.failure = failureOf(error, ["email"], requestId);
      return page(data, { status: data.failure.status });
    }
  },
});

/** What happens next, the same for everyone. */
function Asked({ outbox }: { outbox: boolean }) {
  return (
    <>
      <Notice icon="mail" answer>
        If that address has an account, it will get an e-mail. The link in it
        works once, within 30 minutes.
      </Notice>
      {outbox && (
        <Notice icon="mail">
          No mail server is set up, so e-mails are kept on this machine:{" "}
          <a href="/outbox" target="_blank">look in the outbox</a>.
        </Notice>
      )}
    </>
  );
}

export default define.page<typeof handler>(({ data }) => {
  const { email, asked, outbox, failure } = data;
  return (
    <div class="column column-narrow stack">
      <Title text="Forgot your password?" failed={Boolean(failure)} />
      <h1>{asked ? "Check your e-mail" : "Forgot your password?"}</h1>
      {asked ? <Asked outbox={outbox} /> : (
        <p class="soft">
          Enter the e-mail address of your account. You will get a link to
          choose a new password.
        </p>
      )}
      <form class="form" method="post" action="/login/forgot">
        <Once />
        <FormNotice failure={failure} />
        {asked && (
          <p class="soft">
            No e-mail after a few minutes? Check your spam folder and the
            address, then ask again.
          </p>
        )}
        <Field
          name="email"
          label="E-mail"
          type="email"
          maxLength={LONGEST_EMAIL}
          autocomplete="username"
          required
          value={email}
          error={failure?.fields.email}
        />
        <button
          class={asked ? "button button-quiet" : "button"}
          type="submit"
        >
          {asked ? "Send another link" : "Send the link"}
        </button>
      </form>
      <p>
        <a href="/login">Back to sign-in</a>
      </p>
    </div>
  );
});
