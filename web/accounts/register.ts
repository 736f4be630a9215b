import { noteEvent } from "../audit/events.ts";
import { networkOf } from "../../realtime/common/network.ts";
import { AppError } from "../errors.ts";
import { failure } from "../faces/failures.ts";
import type { FaceEngine, Services } from "../services.ts";
import { limit, takeAttempt } from "./attempts.ts";
import { CONFIRM_MS } from "./confirm-address.ts";
import { consentFor } from "./consent.ts";
import { normaliseEmail } from "./email.ts";
import { enrolFace } from "./enrol.ts";
import {
  invalid,
  normaliseName,
  type Registration,
  registrationProblems,
} from "./fields.ts";
import { ofGeneration } from "./generations.ts";
import { Lines } from "./lines.ts";
import { relist } from "./listing.ts";
import { claimOwnership, hasOwner } from "./owner.ts";
import { hashPassword } from "./password-hash.ts";
import { discardPicture, type NewPicture } from "./pictures.ts";
import { type AccountRecord, keys, toAccount } from "./store.ts";
import { addFace } from "./stored-face.ts";
import type { Account } from "./types.ts";

type RegisterServices = Pick<Services, "kv" | "faces" | "blobs">;

/** What is known of a registration besides what its form says. */
interface Circumstances {
  /** The address has yet to be confirmed: adds to `commit` how. */
  confirm?: (
    commit: Deno.AtomicOperation,
    record: AccountRecord,
  ) => Promise<void>;
  /** Why not, unless it is the first account of this server. */
  unlessFirst?: AppError;
  /** Asked when the address has an account; true: it is free now. */
  onTaken?: () => Promise<boolean>;
}

const byNetwork = (ip: string) => limit("register-network", networkOf(ip));

const emailTaken = (): AppError => {
  const message =
    "There is already an account with this e-mail. Sign in, or use another.";
  return new AppError({
    code: "email-taken",
    status: 409,
    message,
    fields: { email: message },
  });
};

async function isTaken(kv: Deno.Kv, emailKey: string): Promise<boolean> {
  return (await kv.get(keys.accountByEmail(emailKey))).value !== null;
}

/**
 * Registrations of one network whose photos are looked at at a time. Each may bring three, and
 * whoever signs in elsewhere must not wait for sixty of them.
 */
const lines = new Lines({ inside: 2, waiting: 30 });

async function enrolInLine(
  faces: FaceEngine,
  { selfies, ip }: Registration,
): Promise<Awaited<ReturnType<typeof enrolFace>>> {
  const enrol = () => enrolFace(faces, selfies);
  if (ip === undefined) return await enrol();
  return await lines.inLine(networkOf(ip), enrol, () => failure("busy"));
}

/**
 * Makes an account, with an enrolled face unless the person wants none: all of it or nothing. It
 * signs nobody in.
 *
 * @throws {AppError} `invalid` (422) with `fields`; `email-taken` (409); `too-many-attempts`
 * (429); the code of a `FaceError` with `fields.selfie`; `busy` (503) when too many register from
 * one network.
 */
export async function register(
  s: RegisterServices,
  input: Registration,
  circumstances: Circumstances = {},
): Promise<Account> {
  const problems = registrationProblems(input);
  if (Object.keys(problems).length > 0) throw invalid(problems);
  const emailKey = normaliseEmail(input.email);
  if (emailKey === null) throw invalid({ email: "Enter an e-mail address." });
  // Counted first: being told whether there is an account is worth as much as making one.
  if (input.ip !== undefined) await takeAttempt(s, byNetwork(input.ip));
  if (await isTaken(s.kv, emailKey) && !await circumstances.onTaken?.()) {
    throw emailTaken();
  }

  const enrolled = input.withoutFace ? null : await enrolInLine(s.faces, input);
  const passwordHash = await hashPassword(input.password);
  const now = Date.now();
  const record: AccountRecord = {
    id: crypto.randomUUID(),
    name: normaliseName(input.name),
    email: input.email.trim(),
    emailKey,
    createdAt: now,
    passwordHash,
    ...ofGeneration(1),
    hasFace: enrolled !== null,
    ...(enrolled
      ? { consent: { at: now, textVersion: consentFor(s.faces).version } }
      : {}),
    ...(circumstances.confirm ? { unconfirmedUntil: now + CONFIRM_MS } : {}),
  };
  const face = enrolled && await addFace(s, record.id, enrolled);
  try {
    await commitAccount(s, record, face, circumstances);
  } catch (error) {
    if (face) await discardPicture(s, face.blobKey);
    throw error;
  }
  return toAccount(record);
}

async function commitAccount(
  s: RegisterServices,
  record: AccountRecord,
  face: NewPicture | null,
  circumstances: Circumstances,
): Promise<void> {
  const byEmail = keys.accountByEmail(record.emailKey);
  const commit = s.kv.atomic()
    .check({ key: byEmail, versionstamp: null })
    .set(byEmail, record.id)
    .set(keys.account(record.id), record);
  relist(commit, null, record);
  face?.claim(commit);
  noteEvent(commit, "account-made", record.id);
  if (record.unconfirmedUntil !== undefined) {
    commit.set(keys.unconfirmed(record.id), record.unconfirmedUntil);
    await circumstances.confirm?.(commit, record);
  }
  const isFirst = await claimOwnership(s, commit, record.id);
  if (circumstances.unlessFirst && !isFirst) throw circumstances.unlessFirst;
  const { ok } = await commit.commit();
  if (ok) return;
  if (isFirst && await hasOwner(s)) {
    // Somebody else was the first by a moment.
    return await commitAccount(s, record, face, circumstances);
  }
  if (await isTaken(s.kv, record.emailKey)) throw emailTaken();
  throw new AppError({
    code: "busy",
    status: 503,
    message: "Your registration took too long. Please send it again.",
  });
}
