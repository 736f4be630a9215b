import type { SignUpPolicy } from "../config.ts";
import { AppError } from "../errors.ts";
import { log } from "../log.ts";
import { deliverSoon } from "../mail/deliver.ts";
import { isOpen, readInvitation } from "../rooms/invitation-store.ts";
import type { Services } from "../services.ts";
import {
  addConfirmation,
  countAlias,
  sendConfirmation,
} from "./confirm-address.ts";
import { normaliseEmail } from "./email.ts";
import type { Registration } from "./fields.ts";
import { hasOwner } from "./owner.ts";
import { confirmationMailId } from "./mail-ids.ts";
import { register } from "./register.ts";
import type { SignUpFactor } from "./sign-up-factors.ts";
import { type AccountRecord, keys, readRecord, type Store } from "./store.ts";
import type { Account } from "./types.ts";
import { endUnconfirmedHolder } from "./unconfirmed.ts";

type SignUpServices = Pick<
  Services,
  "kv" | "faces" | "blobs" | "mailer" | "realtime" | "config"
>;

const notInvited = (policy: SignUpPolicy): AppError => {
  const message = policy.kind === "domains"
    ? "You cannot create an account with this address. Use your team address, or ask a member to invite you."
    : "You need an invitation to create an account here. Open the link in your invitation e-mail, and use the address it was sent to.";
  return new AppError({
    code: "not-invited",
    status: 403,
    message,
    fields: { email: message },
  });
};

/** The address an open invitation was sent to; null for a code that opens none. */
async function addressOf(
  s: Store,
  code: string | undefined,
): Promise<string | null> {
  const invitation = code === undefined ? null : await readInvitation(s, code);
  return invitation && isOpen(invitation.value) ? invitation.value.email : null;
}

const hasDomain = (emailKey: string, policy: SignUpPolicy): boolean =>
  policy.kind === "domains" &&
  policy.domains.includes(emailKey.slice(emailKey.lastIndexOf("@") + 1));

/**
 * Why this address may only be that of the first account; undefined where it may be any.
 *
 * @throws {AppError} `not-invited` (403) where the server's rule keeps it out.
 */
async function checkPolicy(
  s: Pick<Services, "kv" | "config">,
  emailKey: string,
  isInvited: boolean,
): Promise<AppError | undefined> {
  const policy = s.config.signUp;
  if (policy.kind === "open" || isInvited) return;
  if (hasDomain(emailKey, policy)) return;
  if (!await hasOwner(s)) return notInvited(policy);
  throw notInvited(policy);
}

/**
 * Whether the server's rule lets somebody without an invitation register at all.
 */
export async function isSignUpOpen(
  s: Pick<Services, "kv" | "config">,
): Promise<boolean> {
  return s.config.signUp.kind !== "invited" || !await hasOwner(s);
}

/** The same refusal, and a link for whoever reads the mailbox, where nobody confirmed it yet. */
async function whenTaken(
  s: SignUpServices,
  emailKey: string,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof AppError) || error.code !== "email-taken") {
    return error;
  }
  const { value: id } = await s.kv.get<string>(keys.accountByEmail(emailKey));
  const holder = id === null ? null : await readRecord(s.kv, id);
  if (holder?.unconfirmedUntil === undefined) return error;
  // Nobody waits for it: how long sending takes must not show in the answer.
  sendConfirmation(s, holder.id).catch((error) =>
    log("warn", "confirmation-not-sent", { error })
  );
  const message =
    "There is already an account with this e-mail, but nobody has confirmed it. We have just sent a link to that address. Open it to confirm the account, or to remove it and start again.";
  return new AppError({
    code: "email-taken",
    status: 409,
    message,
    fields: { email: message },
  });
}

/** What somebody who registers brings, and what they want to sign in with. */
export interface SignUp extends Registration {
  /** The code of the invitation they come by. */
  invitation?: string;
  /** One of those `FACE_SIGN_IN` allows: see sign-up-factors.ts. */
  factor: SignUpFactor;
}

/** Has the address confirmed: by a link that is mailed, or by the code of the first sign-in. */
const confirming = (s: SignUpServices, factor: SignUpFactor) =>
async (
  commit: Deno.AtomicOperation,
  record: AccountRecord,
): Promise<void> => {
  await countAlias(s, record.emailKey);
  if (factor !== "code") await addConfirmation(s, commit, record);
};

/**
 * Makes an account for somebody who asks for one. It signs nobody in. Their address is confirmed at
 * once when they come by an invitation that was sent to it: then an account that somebody else made
 * with the address, and never confirmed, ends. Otherwise they get a link by e-mail, unless the code
 * they sign in with proves it, and the account ends after 48 hours unless it is confirmed.
 *
 * @throws {AppError} `not-invited` (403) where `SIGN_UP` keeps them out; `too-many-attempts` (429)
 * for one more name of a mailbox that got many e-mails; what `register` throws.
 */
export async function signUp(
  s: SignUpServices,
  { invitation, factor, ...input }: SignUp,
): Promise<Account> {
  const emailKey = normaliseEmail(input.email);
  const invited = await addressOf(s, invitation);
  const isProven = emailKey !== null && emailKey === invited;
  const unlessFirst = emailKey === null
    ? undefined
    : await checkPolicy(s, emailKey, isProven);
  try {
    const options = {
      unlessFirst,
      confirm: isProven ? undefined : confirming(s, factor),
      onTaken: () => endTaken(s, emailKey, isProven),
    };
    const withoutFace = factor !== "face";
    const account = await register(s, { ...input, withoutFace }, options);
    if (!isProven && factor !== "code") {
      await deliverSoon(s, [confirmationMailId(account.id)]);
    }
    return account;
  } catch (error) {
    throw emailKey === null ? error : await whenTaken(s, emailKey, error);
  }
}

/** Frees an address for its owner. Whether it is free now. */
async function endTaken(
  s: SignUpServices,
  emailKey: string | null,
  isProven: boolean,
): Promise<boolean> {
  return emailKey !== null && isProven &&
    await endUnconfirmedHolder(s, emailKey);
}
