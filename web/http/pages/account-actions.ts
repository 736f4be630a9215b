import { sendConfirmation } from "../../accounts/confirm-address.ts";
import { clearSessionCookie } from "../../accounts/cookies.ts";
import { deleteAccount } from "../../accounts/delete-account.ts";
import { deleteFace, replaceFace } from "../../accounts/faces.ts";
import { factorMailId } from "../../accounts/mail-ids.ts";
import {
  requireRecent,
  requireSettled,
} from "../../accounts/factor-changes.ts";
import { finishErasuresSoon } from "../../accounts/erasures.ts";
import {
  changePassword,
  confirmPassword,
  renameAccount,
} from "../../accounts/profile.ts";
import { endAllSessions, endSession } from "../../accounts/sessions.ts";
import type { SignedIn } from "../../accounts/types.ts";
import { AppError } from "../../errors.ts";
import { deliverSoon } from "../../mail/deliver.ts";
import { announceRename, announceSignOut } from "../../rooms/announce.ts";
import type { State } from "../../utils.ts";
import { textOf, unknownIntent } from "../requests/forms.ts";

/** What a form of the account page led to. */
export interface Changed {
  location: string;
  cookie?: string;
  /** What has ended for this browser. */
  ended?: "session" | "account";
}

function checkConsent(form: FormData): void {
  if (form.has("consent")) return;
  const message = "We can store your face only if you agree.";
  throw new AppError({
    code: "invalid",
    status: 422,
    message,
    fields: { consent: message },
  });
}

/**
 * Enrols the face in these pictures, which came with the form, in place of the present one.
 *
 * @throws {AppError} `invalid` (422) without consent; `sign-in-again` and `wait-after-reset` (403);
 * what `confirmPassword` and `replaceFace` throw.
 */
export async function storeFace(
  { services: s, session, ip }: State,
  { id: accountId, sid }: SignedIn,
  form: FormData,
  selfies: Uint8Array[],
): Promise<void> {
  checkConsent(form);
  await requireRecent(s, session?.token);
  await requireSettled(s, accountId);
  const password = textOf(form, "password");
  await confirmPassword(s, { accountId, password, ip });
  await replaceFace(s, accountId, selfies, session?.token);
  await deliverSoon(s, [factorMailId(accountId)]);
  finishErasuresSoon(s);
  await announceSignOut(s, { userId: accountId, keep: sid });
}

/**
 * Does what a form of the account page asks for, by its field `intent`. What a stolen session
 * must not do asks for the password again.
 *
 * @throws {AppError} what the domain throws; `unknown-intent` (400).
 */
export async function act(
  { services: s, session, ip }: State,
  account: SignedIn,
  form: FormData,
): Promise<Changed> {
  const accountId = account.id;
  const keep = session?.token;
  const others = { userId: accountId, keep: account.sid };
  const password = textOf(form, "password");
  const intent = textOf(form, "intent");
  const stay = { location: `/account?done=${encodeURIComponent(intent)}` };
  const location = `/?done=${encodeURIComponent(intent)}`;
  switch (intent) {
    case "rename":
      await renameAccount(s, accountId, textOf(form, "name"));
      await announceRename(s, accountId, account.name);
      return stay;
    case "sign-in-again":
      if (keep !== undefined) await endSession(s, keep);
      await announceSignOut(s, { userId: accountId, sid: account.sid });
      return {
        location: "/login?next=/account",
        cookie: clearSessionCookie(s.config),
      };
    case "password": {
      await requireRecent(s, keep);
      const newPassword = textOf(form, "newPassword");
      const change = { accountId, password, newPassword, ip };
      await changePassword(s, change, keep);
      await announceSignOut(s, others);
      return stay;
    }
    case "delete-face":
      await requireRecent(s, keep);
      await requireSettled(s, accountId);
      await confirmPassword(s, { accountId, password, ip });
      await deleteFace(s, accountId, keep);
      await deliverSoon(s, [factorMailId(accountId)]);
      finishErasuresSoon(s);
      await announceSignOut(s, others);
      return stay;
    case "confirm-again":
      await sendConfirmation(s, accountId);
      return stay;
    case "sign-out-everywhere":
      await endAllSessions(s, accountId);
      await announceSignOut(s, { userId: accountId });
      return { location, ended: "session" };
    case "delete-account":
      await confirmPassword(s, { accountId, password, ip });
      await deleteAccount(s, accountId, textOf(form, "messages") === "delete");
      finishErasuresSoon(s);
      await announceSignOut(s, { userId: accountId });
      return { location, ended: "account" };
  }
  throw unknownIntent();
}
