import {
  requireRecent,
  requireSettled,
} from "../../accounts/factor-changes.ts";
import { factorMailId } from "../../accounts/mail-ids.ts";
import {
  addPasskey,
  removePasskey,
  renamePasskey,
  requireAddable,
} from "../../accounts/passkeys/passkeys.ts";
import { requireSite, type Site } from "../../accounts/passkeys/site.ts";
import { verifyNew } from "../../accounts/passkeys/verify.ts";
import { confirmPassword } from "../../accounts/profile.ts";
import { deliverSoon } from "../../mail/deliver.ts";
import { announceSignOut } from "../../rooms/announce.ts";
import type { State } from "../../utils.ts";
import { personOf } from "../middleware/person.ts";
import { textOf, unknownIntent } from "../requests/forms.ts";

/**
 * Does what a form of the passkeys page asks for, by its field `intent`. The password for a new
 * passkey was given when its challenge was asked for.
 *
 * @throws {AppError} what the domain throws; `unknown-intent` (400).
 */
export async function changePasskeys(
  state: State,
  site: Site | null,
  form: FormData,
): Promise<"add" | "rename" | "remove"> {
  const { services: s, session, ip } = state;
  const { id: accountId, sid } = personOf(state);
  const token = session?.token ?? "";
  const intent = textOf(form, "intent");
  const name = textOf(form, "name");
  const id = textOf(form, "id");
  switch (intent) {
    case "rename":
      await renamePasskey(s, accountId, id, name);
      return intent;
    case "add": {
      requireAddable(s.config);
      await requireRecent(s, token);
      const use = { purpose: intent, boundTo: token, site: requireSite(site) };
      const passkey = await verifyNew(s, textOf(form, "passkey"), use);
      await addPasskey(s, accountId, { ...passkey, name });
      await deliverSoon(s, [factorMailId(accountId)]);
      return intent;
    }
    case "remove": {
      await requireRecent(s, token);
      await requireSettled(s, accountId);
      const password = textOf(form, "password");
      await confirmPassword(s, { accountId, password, ip });
      await removePasskey(s, accountId, id, token);
      await deliverSoon(s, [factorMailId(accountId)]);
      await announceSignOut(s, { userId: accountId, keep: sid });
      return intent;
    }
  }
  throw unknownIntent();
}
