import { page } from "fresh";
import { startEmailCode } from "../../accounts/email-code.ts";
import { safeNext } from "../../accounts/safe-next.ts";
import { signInWithCode } from "../../accounts/sign-in.ts";
import { Field } from "../../components/Field.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Notice } from "../../components/Notice.tsx";
import { Title } from "../../components/Title.tsx";
import { AppError } from "../../errors.ts";
import { type Failure, failureOf, readForm, textOf } from "../../http/forms.ts";
import { hasOutbox } from "../../http/outbox.ts";
import {
  pendingLoginOf,
  signedIn,
  startAgain,
} from "../../http/pending-login.ts";
import { define } from "../../utils.ts";

interface Data {
  next: string;
  email: string;
  outbox: boolean;
  failure?: Failure;
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const pending = await pendingLoginOf(services, ctx.req.headers);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    const { email } = pending.account;
    return page<Data>({ next, email, outbox: hasOutbox(services.config) });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const pending = await pendingLoginOf(services, ctx.req.headers);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    const { id, email } = pending.account;
    try {
      const form = await readForm(ctx.req);
      if (textOf(form, "intent") === "send") {
        await startEmailCode(services, id);
        const query = `next=${encodeURIComponent(next)}`;
        return ctx.redirect(`/login/code?${query}`, 303);
      }
      const { token } = pending;
      const session = await signInWithCode(
        services,
        token,
        textOf(form, "code"),
      );
      return signedIn(services, session, next);
    } catch (error) {
      if (error instanceof AppError && error.code === "login-expired") {
        return ctx.redirect(startAgain(next), 303);
      }
      const failure = failureOf(error, ["code"], requestId);
      const outbox = hasOutbox(services.config);
      return page<Data>(
        { next, email, outbox, failure },
        { status: failure.status },
      );
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { next, email, outbox, failure } = data;
  const action = `/login/code?next=${encodeURIComponent(next)}`;
  return (
    <div class="column column-narrow stack">
      <Title text="Code by e-mail" failed={Boolean(failure)} />
      <h1>Check your e-mail</h1>
      <p class="soft">
        A code of 6 digits was sent to{" "}
        <bdi>{email}</bdi>. It works for 10 minutes.
      </p>
      {outbox && (
        <Notice icon="mail">
          No mail server is set up, so it was kept on this machine:{" "}
          <a href="/outbox" target="_blank">read it in the outbox</a>.
        </Notice>
      )}
      <form class="form" method="post" action={action}>
        <FormNotice failure={failure} />
        <Field
          name="code"
          label="Code"
          class="input input-code"
          inputMode="numeric"
          autocomplete="one-time-code"
          pattern="\s*\d{3}[\s\-]?\d{3}\s*"
          maxLength={12}
          required
          error={failure?.fields.code}
        />
        <button class="button" type="submit">Sign in</button>
      </form>
      <form class="other-way" method="post" action={action}>
        <p class="soft">Nothing there, also not among the spam?</p>
        <button
          class="button button-plain"
          type="submit"
          name="intent"
          value="send"
        >
          Send a new code
        </button>
      </form>
    </div>
  );
});
