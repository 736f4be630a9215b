import { startEmailCode } from "../../accounts/email-code.ts";
import { AppError } from "../../errors.ts";
import { log } from "../../log.ts";
import { stepOf } from "../requests/pending-login.ts";
import type { Services } from "../../services.ts";

/**
 * Sends the first code of a second step, and gives the page where it is typed. Where it cannot be sent,
 * that page says so: there another can be asked for, and whoever has a face, a passkey or a recovery
 * code goes on with that.
 */
export async function withFirstCode(
  s: Pick<Services, "kv" | "mailer">,
  accountId: string,
  next: string,
): Promise<string> {
  const step = stepOf("code", next);
  try {
    await startEmailCode(s, accountId);
    return step;
  } catch (error) {
    log("warn", "code-not-sent", { accountId, error });
    const isLimit = error instanceof AppError && error.status === 429;
    return `${step}&${isLimit ? "waits" : "unsent"}`;
  }
}
