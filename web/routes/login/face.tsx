import { Once } from "../../components/Once.tsx";
import { type Context, page } from "fresh";
import { readPendingLoginCookie } from "../../accounts/cookies.ts";
import { safeNext } from "../../accounts/safe-next.ts";
import { isUnclear, signInWithFace } from "../../accounts/sign-in.ts";
import { startEmailCode } from "../../accounts/email-code.ts";
import { askedTurn, type Turn } from "../../accounts/liveness.ts";
import { FormNotice } from "../../components/FormNotice.tsx";
import { SelfieField } from "../../components/SelfieField.tsx";
import { Title } from "../../components/Title.tsx";
import type { Factor } from "../../accounts/types.ts";
import { OtherWays } from "../../components/OtherWays.tsx";
import { siteFor } from "../../http/requests/site.ts";
import { AppError } from "../../errors.ts";
import {
  type Failure,
  failureOf,
  filesOf,
  readForm,
} from "../../http/requests/forms.ts";
import {
  type Answer,
  answerInLine,
  isLongLine,
  photosInLine,
  waitInLine,
} from "../../http/pages/face-line.ts";
import {
  type PendingLogin,
  pendingLoginOf,
  signedIn,
  startAgain,
} from "../../http/requests/pending-login.ts";
import type { Services } from "../../services.ts";
import { define, type State } from "../../utils.ts";

interface Data {
  next: string;
  name: string;
  factors: Factor[];
  /** Why a code by e-mail will not do, when it will not. */
  whyFaceFirst?: string;
  /** To which side to turn the head for a second photo, when liveness is on. */
  turn: Turn | null;
  failure?: Failure;
  /** Photos in line, while this one's answer is awaited. */
  inLine?: number;
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

const photosOf = async (request: Request): Promise<Uint8Array[]> =>
  await filesOf(await readForm(request), "selfie");

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

type Outcome = Response | ReturnType<typeof page<Data>>;

/** What to answer to photos. It never fails. */
async function judge(
  ctx: Context<State>,
  { token, account: { id, name }, factors, whyFaceFirst }: PendingLogin,
  next: string,
  photos: PromiseSettledResult<Uint8Array[]>,
): Promise<Answer<Outcome>> {
  const { services, requestId, ip } = ctx.state;
  try {
    if (photos.status === "rejected") throw photos.reason;
    const [selfie, turned] = photos.value;
    if (selfie === undefined) throw noPhoto();
    const session = await signInWithFace(services, token, selfie, ip, turned);
    return () => signedIn(services, session, next);
  } catch (error) {
    // It was open a moment ago: the last photo it had did not match.
    if (error instanceof AppError && error.code === "login-expired") {
      const why = whyFaceFirst ? "face-first" : "tries";
      return () => ctx.redirect(startAgain(next, why), 303);
    }
    const asked = isUnclear(error) && !whyFaceFirst
      ? await codeToo(services, id)
      : { problem: error };
    if (!asked.problem) {
      const query = `unclear&next=${encodeURIComponent(next)}`;
      return () => ctx.redirect(`/login/code?${query}`, 303);
    }
    const failure = failureOf(asked.problem, ["selfie"], requestId);
    const turn = await askedTurn(services, id);
    const data = { next, name, factors, whyFaceFirst, turn, failure };
    return () => page<Data>(data, { status: failure.status });
  }
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    if (ctx.url.searchParams.has("wait")) {
      const token = readPendingLoginCookie(services.config, ctx.req.headers);
      const answer = answerInLine<Outcome>(services, token);
      if (answer === "waiting") {
        const inLine = photosInLine(services);
        const data = { next, name: "", factors: [], turn: null, inLine };
        return page<Data>(data, { headers: { refresh: "2" } });
      }
      if (answer) return answer();
    }
    const site = siteFor(ctx);
    const pending = await pendingLoginOf(services, ctx.req.headers, site);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    const { account: { id, name }, factors, whyFaceFirst } = pending;
    const turn = await askedTurn(services, id);
    return page<Data>({ next, name, factors, whyFaceFirst, turn });
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
    const site = siteFor(ctx);
    const pending = await pendingLoginOf(services, ctx.req.headers, site);
    if (!pending) return ctx.redirect(startAgain(next), 303);
    // Read now: nothing of a request can be read once it was answered.
    const [photos] = await Promise.allSettled([photosOf(ctx.req)]);
    const work = () => judge(ctx, pending, next, photos);
    if (!isLongLine(services)) return (await work())();
    waitInLine(services, pending.token, work);
    const query = `wait&next=${encodeURIComponent(next)}`;
    return ctx.redirect(`/login/face?${query}`, 303);
  },
});

function Waiting({ inLine }: { inLine: number }) {
  return (
    <div class="column column-narrow stack">
      <Title text="Checking your photo" />
      <h1>Checking your photo</h1>
      <p role="status">
        {inLine === 1
          ? "Many people are signing in right now: one photo is in line."
          : `Many people are signing in right now: ${inLine} photos are in line.`}
      </p>
      <p class="soft">
        You don’t have to do anything. This page continues by itself once your
        photo has been checked.
      </p>
    </div>
  );
}

export default define.page<typeof handler>(({ data }) => {
  if (data.inLine !== undefined) return <Waiting inLine={data.inLine} />;
  const { next, name, factors, whyFaceFirst, turn, failure } = data;
  const query = `next=${encodeURIComponent(next)}`;
  return (
    <div class="column column-narrow stack">
      <Title text="Your face" failed={Boolean(failure)} />
      <h1>Show your face</h1>
      <p class="soft">
        Hello <bdi>{name}</bdi>. {turn
          ? "We compare two new photos with each other and with the one you enrolled, and do not keep them."
          : "We compare a new photo with the one you enrolled, and do not keep it."}
      </p>
      <form
        class="form face-step"
        method="post"
        action={`/login/face?${query}`}
        enctype="multipart/form-data"
      >
        <Once />
        <FormNotice failure={failure} />
        <SelfieField
          legend={turn ? "Two new photos of you" : "A new photo of you"}
          hint={turn
            ? `First look straight ahead, then turn your head to your ${turn}, a third of the way to your shoulder. Use even light, with nobody else in either photo.`
            : "Look straight ahead, in even light, with nobody else in the photo."}
          turn={turn ?? undefined}
          sends={turn ? undefined : "Sign in"}
          error={failure?.fields.selfie}
          required
        />
        <button class="button" type="submit">Sign in</button>
      </form>
      <OtherWays
        factors={factors}
        except="face"
        next={next}
        whyFaceFirst={whyFaceFirst}
        hint="No camera, or it does not recognise you?"
      />
    </div>
  );
});
