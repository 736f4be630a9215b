import { Once } from "../../components/Once.tsx";
import { page } from "fresh";
import { startEmailCode } from "../../accounts/email-code.ts";
import { safeNext } from "../../accounts/safe-next.ts";
import { signInWithCode } from "../../accounts/sign-in.ts";
import { Field } from "../../components/Field.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Notice } from "../../components/Notice.tsx";
import { OtherWays } from "../../components/OtherWays.tsx";
import { Title } from "../../components/Title.tsx";
import { AppError } from "../../errors.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import { hasOutbox } from "../../http/pages/outbox.ts";
import type { Factor } from "../../accounts/types.ts";
import { siteFor } from "../../http/requests/site.ts";
import {
  type PendingLogin,
  pendingLoginOf,
  signedIn,
  startAgain,
  stepOf,
} from "../../http/requests/pending-login.ts";
import { define } from "../../utils.ts";

interface Data {
  next: string;
  email: string;
  factors: Factor[];
  outbox: boolean;
  /** Another code was just asked for. */
  again?: boolean;
  /** The first code could not be sent. */
  unsent?: boolean;
  /** No first code was sent, as there had been many. */
  waits?: boolean;
  /** The face matched, but not clearly. */
  unclear?: boolean;
  failure?: Failure;
}

/** Where those go whose code by e-mail has to wait: that page says why. */
const ownStep = (
  { factors: [factor = "passkey"] }: PendingLogin,
  next: string,
) => stepOf(factor, next);

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const site = siteFor(ctx);
    const pending = await pendingLoginOf(services, ctx.req.headers, site);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    if (pending.whyFaceFirst) return ctx.redirect(ownStep(pending, next), 303);
    const { account: { email }, factors } = pending;
    const outbox = hasOutbox(ctx);
    const again = ctx.url.searchParams.has("again");
    const unclear = ctx.url.searchParams.has("unclear");
    const unsent = ctx.url.searchParams.has("unsent");
    const waits = ctx.url.searchParams.has("waits");
    return page<Data>({
      ...{ next, email, factors, outbox, again, unclear, unsent, waits },
    });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const site = siteFor(ctx);
    const pending = await pendingLoginOf(services, ctx.req.headers, site);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    if (pending.whyFaceFirst) return ctx.redirect(ownStep(pending, next), 303);
    const { account: { id, email }, factors } = pending;
    try {
      const form = await readForm(ctx.req);
      const intent = textOf(form, "intent");
      if (intent === "send" || intent === "again") {
        await startEmailCode(services, id);
        const query = `${intent}&next=${encodeURIComponent(next)}`;
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
      const outbox = hasOutbox(ctx);
      return page<Data>(
        { next, email, factors, outbox, failure },
        { status: failure.status },
      );
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { next, email, factors, outbox, again, unclear, failure } = data;
  const action = `/login/code?next=${encodeURIComponent(next)}`;
  return (
    <div class="column column-narrow stack">
      <Title text="Code by e-mail" failed={Boolean(failure)} />
      <h1>Check your e-mail</h1>
      <p class="soft">
        Type the 6-digit code for <bdi>{email}</bdi>. It works for 10 minutes.
      </p>
      {unclear && (
        <Notice answer>
          Your photo looks like you, but not clearly enough to sign in with it
          alone. Type the code as well.
        </Notice>
      )}
      {data.unsent && (
        <Notice icon="alert" answer>
          The e-mail with your code could not be sent. Wait a moment, then ask
          for a new code.
        </Notice>
      )}
      {data.waits && (
        <Notice icon="alert" answer>
          You were sent five codes within an hour, so this time there is none.
          Type the newest one, or try again in an hour.
        </Notice>
      )}
      {again && (
        <Notice answer>
          You have a new code. The old one no longer works.
        </Notice>
      )}
      {outbox && (
        <Notice icon="mail">
          No mail server is set up, so the e-mail was not sent. It is in{" "}
          <a href="/outbox" target="_blank">the outbox on this machine</a>.
        </Notice>
      )}
      <form class="form" method="post" action={action}>
        <Once />
        <FormNotice failure={failure} />
        <Field
          name="code"
          label="Code"
          class="input input-code"
          inputMode="numeric"
          autocomplete="one-time-code"
          pattern="\P{Nd}*(\p{Nd}\P{Nd}*){6}"
          maxLength={12}
          required
          error={failure?.fields.code}
        />
        <button class="button" type="submit">Sign in</button>
      </form>
      <form class="other-way" method="post" action={action}>
        <Once />
        <p class="soft">No e-mail? Check your spam folder, too.</p>
        <button
          class="button button-plain"
          type="submit"
          name="intent"
          value="again"
        >
          Send a new code
        </button>
      </form>
      {!unclear && (
        <OtherWays
          factors={factors}
          except="code"
          next={next}
          hint="Or sign in another way:"
        />
      )}
    </div>
  );
});
