import { Once } from "../../components/Once.tsx";
import { page } from "fresh";
import { safeNext } from "../../accounts/safe-next.ts";
import { isUnclear, signInWithFace } from "../../accounts/sign-in.ts";
import { startEmailCode } from "../../accounts/email-code.ts";
import { askedTurn, type Turn } from "../../accounts/liveness.ts";
import { FormNotice } from "../../components/FormNotice.tsx";
import { SelfieField } from "../../components/SelfieField.tsx";
import { Title } from "../../components/Title.tsx";
import { faceFirst } from "../../accounts/face-first.ts";
import { AppError } from "../../errors.ts";
import {
  type Failure,
  failureOf,
  filesOf,
  readForm,
} from "../../http/forms.ts";
import {
  pendingLoginOf,
  signedIn,
  startAgain,
} from "../../http/pending-login.ts";
import type { Services } from "../../services.ts";
import { define } from "../../utils.ts";

interface Data {
  next: string;
  name: string;
  /** Why a code by e-mail will not do, when it will not. */
  only?: string;
  /** To which side to turn the head for a second photo, when liveness is on. */
  turn: Turn | null;
  failure?: Failure;
}

const noPhoto = (): AppError => {
  const message = "Take or choose a photo of your face.";
  return new AppError({
    code: "invalid",
    status: 422,
    message,
    fields: { selfie: message },
  });
};

const onlyOf = (faceOnly: boolean): string | undefined =>
  faceOnly ? faceFirst().message : undefined;

/** Sends the code that an unclear face needs beside it; what hinders that, if anything. */
async function codeToo(
  s: Services,
  accountId: string,
): Promise<{ problem?: unknown }> {
  try {
    await startEmailCode(s, accountId);
    return {};
  } catch (problem) {
    return { problem };
  }
}

export const handler = define.handlers({
  async GET(ctx) {
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const pending = await pendingLoginOf(ctx.state.services, ctx.req.headers);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    const { account: { id, name }, faceOnly } = pending;
    const turn = await askedTurn(ctx.state.services, id);
    return page<Data>({ next, name, only: onlyOf(faceOnly), turn });
  },

  async POST(ctx) {
    const { services, requestId, ip } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const pending = await pendingLoginOf(services, ctx.req.headers);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    const { account: { id, name }, faceOnly } = pending;
    try {
      const [selfie, turned] = await filesOf(
        await readForm(ctx.req, "files"),
        "selfie",
      );
      if (selfie === undefined) throw noPhoto();
      const { token } = pending;
      const session = await signInWithFace(
        services,
        token,
        selfie,
        ip,
        turned,
      );
      return signedIn(services, session, next);
    } catch (error) {
      // It was open a moment ago: the last photo it had did not match.
      if (error instanceof AppError && error.code === "login-expired") {
        return ctx.redirect(
          startAgain(next, faceOnly ? "only-face" : "tries"),
          303,
        );
      }
      const asked = isUnclear(error) && !faceOnly
        ? await codeToo(services, id)
        : { problem: error };
      if (!asked.problem) {
        const query = `unclear&next=${encodeURIComponent(next)}`;
        return ctx.redirect(`/login/code?${query}`, 303);
      }
      const failure = failureOf(asked.problem, ["selfie"], requestId);
      const turn = await askedTurn(services, id);
      return page<Data>(
        { next, name, only: onlyOf(faceOnly), turn, failure },
        { status: failure.status },
      );
    }
  },
});

/** The other way in, for whom the camera is none. */
function CodeInstead({ query }: { query: string }) {
  return (
    <form class="other-way" method="post" action={`/login/code?${query}`}>
      <Once />
      <p class="soft">No camera, or it does not recognise you?</p>
      <button
        class="button button-plain"
        type="submit"
        name="intent"
        value="send"
      >
        Use an e-mail code instead
      </button>
    </form>
  );
}

export default define.page<typeof handler>(({ data }) => {
  const { next, name, only, turn, failure } = data;
  const query = `next=${encodeURIComponent(next)}`;
  return (
    <div class="column column-narrow stack">
      <Title text="Your face" failed={Boolean(failure)} />
      <h1>Now your face</h1>
      <p class="soft">
        Hello <bdi>{name}</bdi>. {turn
          ? "Two new photos are compared with the one you enrolled and with each other, and not kept."
          : "A new photo is compared with the one you enrolled, and not kept."}
      </p>
      <form
        class="form"
        method="post"
        action={`/login/face?${query}`}
        enctype="multipart/form-data"
      >
        <Once />
        <FormNotice failure={failure} />
        <SelfieField
          legend={turn ? "Two photos of you now" : "A photo of you now"}
          hint={turn
            ? `First look straight ahead, then turn your head to your ${turn}, a third of the way to your shoulder. In even light, alone in both photos.`
            : "Look straight ahead, in even light, alone in the photo."}
          turn={turn ?? undefined}
          error={failure?.fields.selfie}
          required
        />
        <button class="button" type="submit">Sign in</button>
      </form>
      {only ? <p class="soft">{only}</p> : <CodeInstead query={query} />}
    </div>
  );
});
