import { networkOf } from "../../realtime/common/network.ts";
import { AppError } from "../errors.ts";
import type { Verdict } from "../faces/engine.ts";
import type { Services } from "../services.ts";
import {
  clearAttempts,
  limit,
  returnAttempt,
  returnAttempts,
  takeAttempts,
} from "./attempts.ts";
import { agreedTo, consentFor } from "./consent.ts";
import { besideSelfie, enrolFace } from "./enrol.ts";
import { noteErasure } from "./erasures.ts";
import { faceFirstError, isFaceFirst } from "./face-first.ts";
import {
  askedTurn,
  drawTurn,
  type Flaw,
  flawOf,
  livenessFailed,
  type LivenessSetting,
  ofPhoto,
  requireTurned,
} from "./liveness.ts";
import { discardPicture, dropPicture } from "./pictures.ts";
import { tellOfFactor } from "./factor-changes.ts";
import { nextGeneration } from "./sessions.ts";
import { changeAccount, type FaceRecord, keys, readRecord } from "./store.ts";
import { addFace, readFace } from "./stored-face.ts";

type FaceServices = Pick<Services, "kv" | "faces" | "blobs">;

/** What comparing a live face needs. */
export type LiveServices = FaceServices & LivenessSetting;

const byAccount = (accountId: string) => limit("face", accountId);

const byNetwork = (ip: string) => limit("face-network", networkOf(ip));

const noFace = (): AppError =>
  new AppError({
    code: "no-face",
    status: 409,
    message:
      "This account has no face stored. Sign in with an e-mail code instead.",
  });

const otherEngine = (): AppError =>
  new AppError({
    code: "face-consent",
    status: 409,
    message:
      "Faces are no longer checked in the way you agreed to. Sign in with an e-mail code, then add your face again on your account page.",
  });

const mismatch = (faceOnly: boolean): AppError => {
  const message = faceOnly
    ? "This does not look like the person who registered. Face the camera in good light and try again."
    : "This does not look like the person who registered. Face the camera in good light and try again, or use an e-mail code.";
  return new AppError({
    code: "face-mismatch",
    status: 401,
    message,
    fields: { selfie: message },
  });
};

const unclear = (): AppError => {
  const message =
    "This looks like the person who registered, but not clearly enough. Take the photo again in better light.";
  return new AppError({
    code: "face-unclear",
    status: 401,
    message,
    fields: { selfie: message },
  });
};

const oneAtATime = (): AppError =>
  new AppError({
    code: "face-busy",
    status: 429,
    message:
      "Another photo for this account is being checked. Wait a few seconds, then try again.",
    retryAfter: 5,
  });

/** Accounts of which a photo is being looked at: nobody may fill the queue alone. */
const inFlight = new WeakMap<Deno.Kv, Set<string>>();

async function aloneFor<T>(
  kv: Deno.Kv,
  accountId: string,
  work: () => Promise<T>,
): Promise<T> {
  const busy = inFlight.get(kv) ?? new Set();
  inFlight.set(kv, busy);
  if (busy.has(accountId)) throw oneAtATime();
  busy.add(accountId);
  try {
    return await work();
  } finally {
    busy.delete(accountId);
  }
}

/** The same error; where nothing is wrong with the photo, with the other way in. */
function orByCode(error: unknown, faceOnly: boolean): unknown {
  if (!(error instanceof AppError) || error.status < 500) {
    return besideSelfie(error);
  }
  if (faceOnly) return error;
  const { code, status, retryAfter } = error;
  const message = `${error.message} You can also use an e-mail code.`;
  return new AppError({ code, status, message, retryAfter, cause: error });
}

const entryOf = (
  kv: Deno.Kv,
  accountId: string,
): Promise<Deno.KvEntryMaybe<FaceRecord>> => kv.get(keys.face(accountId));

/**
 * Compares a live selfie with the face of one account: the second step of signing in. Returns
 * when they match. No picture goes where the person did not agree to.
 *
 * @param turned the second photo, when liveness is on: see {@link askedTurn}.
 * @throws {AppError} `face-mismatch`, `liveness-failed` and `face-unclear` (401), the last where
 * an e-mail code is needed too; `invalid` (422) without a second photo that is needed; `no-face`
 * and `face-consent` (409), or `face-first` (403) where no code may take its place;
 * `too-many-attempts` and `face-busy` (429); the code of a `FaceError` with `fields.selfie`. Every
 * picture that was looked at counts as an attempt.
 */
export function checkFace(
  s: LiveServices,
  accountId: string,
  selfie: Uint8Array,
  ip: string,
  turned?: Uint8Array,
): Promise<void> {
  return aloneFor(
    s.kv,
    accountId,
    () => checkAlone(s, accountId, selfie, ip, turned),
  );
}

async function checkAlone(
  s: LiveServices,
  accountId: string,
  selfie: Uint8Array,
  ip: string,
  turned?: Uint8Array,
): Promise<void> {
  const [face, record] = await Promise.all([
    readFace(s, accountId),
    readRecord(s.kv, accountId),
  ]);
  if (face === null || record === null) throw noFace();
  if (!agreedTo(s.faces, record.consent?.textVersion ?? "")) {
    throw isFaceFirst(record) ? faceFirstError(record) : otherEngine();
  }
  const turn = await askedTurn(s, accountId);
  const second = turn && requireTurned(turned, turn);
  const limits = [byAccount(accountId), byNetwork(ip)];
  await takeAttempts(s, limits);
  let verdict: Verdict;
  let flaw: Flaw | null = null;
  try {
    const call = s.faces.verify(face, selfie);
    verdict = await (turn ? ofPhoto("straight", call) : call);
    if (turn && second) {
      flaw = await flawOf(s.faces, turn, verdict, second);
    }
  } catch (error) {
    // Only what is no fault of the picture's.
    const isOurs = !(error instanceof AppError) || error.status >= 500;
    if (isOurs) await returnAttempts(s, limits);
    throw orByCode(error, isFaceFirst(record));
  }
  const next = turn && await drawTurn(s, accountId);
  if (!verdict.match) throw mismatch(isFaceFirst(record));
  if (flaw && next) throw livenessFailed(flaw, next);
  if (verdict.unclear) throw unclear();
  await clearAttempts(s, byAccount(accountId));
  await returnAttempt(s, byNetwork(ip));
}

/**
 * Enrols another face in place of the present one, or the first one again after a deletion; the
 * person has just agreed to it. The old template and picture are gone, and so are all sessions
 * but that of `keepToken`. An e-mail that tells of it is queued: {@link factorMailId}.
 *
 * @throws {AppError} the code of a `FaceError` with `fields.selfie`; `not-found` (404);
 * `face-busy` (429) while another photo of the account is looked at.
 */
export function replaceFace(
  s: FaceServices,
  accountId: string,
  selfies: Uint8Array[],
  keepToken?: string,
): Promise<void> {
  return aloneFor(
    s.kv,
    accountId,
    () => replaceAlone(s, accountId, selfies, keepToken),
  );
}

async function replaceAlone(
  s: FaceServices,
  accountId: string,
  selfies: Uint8Array[],
  keepToken?: string,
): Promise<void> {
  const enrolled = await enrolFace(s.faces, selfies);
  const face = await addFace(s, accountId, enrolled);
  let old: FaceRecord | null = null;
  try {
    await changeAccount(s.kv, accountId, async (record, commit) => {
      const entry = await entryOf(s.kv, accountId);
      old = entry.value;
      commit.check(entry);
      face.claim(commit);
      if (entry.value) dropPicture(commit, entry.value.picture);
      noteErasure(commit, accountId, {});
      const next = await nextGeneration(s, record, commit, keepToken);
      const consent = {
        at: Date.now(),
        textVersion: consentFor(s.faces).version,
      };
      tellOfFactor(commit, record, "face-stored");
      return { ...next, hasFace: true, consent };
    });
  } catch (error) {
    await discardPicture(s, face.blobKey);
    throw error;
  }
  await discardOld(s, old);
}

/**
 * Deletes the template and the picture, and records that consent was withdrawn. Signing in goes
 * through a code by e-mail from then on. All sessions end but that of `keepToken`. An e-mail that tells
 * of it is queued: {@link factorMailId}.
 *
 * @throws {AppError} `not-found` (404) when there is no such account.
 */
export async function deleteFace(
  s: Pick<Services, "kv" | "blobs">,
  accountId: string,
  keepToken?: string,
): Promise<void> {
  let old: FaceRecord | null = null;
  await changeAccount(s.kv, accountId, async (record, commit) => {
    const entry = await entryOf(s.kv, accountId);
    old = entry.value;
    if (entry.value === null) return record;
    commit.check(entry).delete(entry.key).delete(keys.faceKey(accountId));
    dropPicture(commit, entry.value.picture);
    noteErasure(commit, accountId, {});
    const next = await nextGeneration(s, record, commit, keepToken);
    const consent = record.consent &&
      { ...record.consent, withdrawnAt: Date.now() };
    tellOfFactor(commit, record, "face-deleted");
    return { ...next, hasFace: false, consent };
  });
  await discardOld(s, old);
}

async function discardOld(
  s: Pick<Services, "kv" | "blobs">,
  old: FaceRecord | null,
): Promise<void> {
  if (old !== null) await discardPicture(s, old.picture);
}
