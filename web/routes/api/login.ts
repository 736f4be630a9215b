import type { z } from "zod";
import { readDeviceCookie } from "../../accounts/cookies.ts";
import { startEmailCode } from "../../accounts/email-code.ts";
import { askedTurn, type Turn } from "../../accounts/liveness.ts";
import {
  endPendingLogin,
  loginExpired,
} from "../../accounts/pending-logins.ts";
import { signInWithRecoveryCode } from "../../accounts/recovery/sign-in.ts";
import {
  type FirstStep,
  isUnclear,
  signInWithCode,
  signInWithFace,
  startSignIn,
} from "../../accounts/sign-in.ts";
import {
  Login,
  Password,
  type Proof as ProofShape,
} from "../../http/openapi/requests.ts";
import { picturesOf, withFaceImage } from "../../http/requests/face-image.ts";
import { readJson, readShape } from "../../http/requests/json.ts";
import { pendingLoginOf } from "../../http/requests/pending-login.ts";
import { halfWay, sessionAnswer } from "../../http/pages/session-answer.ts";
import type { Account } from "../../accounts/types.ts";
import { log } from "../../log.ts";
import type { Services } from "../../services.ts";
import { define, type State } from "../../utils.ts";

type Proof = z.infer<typeof ProofShape>;

/** Both steps in one request: when the second fails, nothing of the first stays. */
async function signInAtOnce(
  { services, ip }: State,
  first: FirstStep,
  images: NonNullable<Proof["faceImage"]>,
): Promise<Response> {
  const { account, token } = first;
  let isOver = true;
  try {
    const [selfie] = picturesOf(images);
    const session = await signInWithFace(services, token, selfie, ip);
    return sessionAnswer(services.config, account, session, 200);
  } catch (error) {
    if (!isUnclear(error)) throw error;
    const answer = await askForCode(services, first);
    isOver = false;
    return answer;
  } finally {
    if (isOver) await endPendingLogin(services, token);
  }
}

/** The code by e-mail that a face needs beside it when it matches, but not clearly. */
async function askForCode(
  s: Services,
  { account, token, expiresAt }: Omit<FirstStep, "factors">,
): Promise<Response> {
  await startEmailCode(s, account.id);
  const pending = { token, expiresAt };
  return halfWay(s.config, pending, { next: "code", why: "face-unclear" });
}

/** Which code ends a sign-in: the one that is mailed, or one on paper where none can be. */
async function askedCode(
  s: Services,
  { account, hasRecovery }: { account: Account; hasRecovery: boolean },
): Promise<"code" | "recoveryCode"> {
  try {
    await startEmailCode(s, account.id);
    return "code";
  } catch (error) {
    if (!hasRecovery) throw error;
    log("warn", "code-not-sent", { accountId: account.id, error });
    return "recoveryCode";
  }
}

/** The first step: a cookie that is good only for the second, and what to do in that. */
async function startLogin(
  s: Services,
  { account, token, expiresAt, factors }: FirstStep,
  turn: Turn | null,
): Promise<Response> {
  const next = account.hasFace ? "faceImage" : await askedCode(s, {
    ...{ account, hasRecovery: factors.includes("recovery") },
  });
  const challenge = turn === null ? undefined : { turn };
  return halfWay(s.config, { token, expiresAt }, { next, challenge });
}

/** The second step, after the first: its cookie comes with the request. */
async function finishLogin(
  { services, ip }: State,
  headers: Headers,
  { faceImage, code = "", recoveryCode }: Proof,
): Promise<Response> {
  const pending = await pendingLoginOf(services, headers);
  if (pending === null) throw loginExpired();
  const { token, account, expiresAt } = pending;
  const [selfie, turned] = picturesOf(faceImage ?? []);
  try {
    const session = selfie !== undefined
      ? await signInWithFace(services, token, selfie, ip, turned)
      : recoveryCode !== undefined
      ? await signInWithRecoveryCode(services, token, recoveryCode, ip)
      : await signInWithCode(services, token, code);
    return sessionAnswer(services.config, account, session, 200);
  } catch (error) {
    if (!isUnclear(error)) throw error;
    return await askForCode(services, { account, token, expiresAt });
  }
}

export const handler = define.handlers({
  /** Signs in: 200 with a session, or 202 when the second step is still to come. */
  async POST(ctx) {
    const { services, ip } = ctx.state;
    const body = await readJson(ctx.req, Login);
    const { faceImage, code, recoveryCode } = body;
    const isFirstStep = body.email !== undefined || body.password !== undefined;
    const hasProof = [faceImage, code, recoveryCode]
      .some((proof) => proof !== undefined);
    return await withFaceImage(async () => {
      if (hasProof && !isFirstStep) {
        return await finishLogin(ctx.state, ctx.req.headers, body);
      }
      const { email, password } = readShape(body, Password);
      const first = await startSignIn(services, {
        email,
        password,
        ip,
        device: readDeviceCookie(services.config, ctx.req.headers),
      });
      // Nobody can turn their head as asked before they were asked.
      const turn = first.account.hasFace
        ? await askedTurn(services, first.account.id)
        : null;
      return faceImage === undefined || turn !== null
        ? await startLogin(services, first, turn)
        : await signInAtOnce(ctx.state, first, faceImage);
    });
  },
});
