import { type Rounds, startRounds } from "../rounds.ts";
import type { Services } from "../services.ts";
import { deliverDue } from "./deliver.ts";

/** Sends what waits in the mail queue, a round a minute: see {@link startRounds}. */
export const startPostman = (
  s: Pick<Services, "kv" | "mailer">,
  roundMs?: number,
): Rounds => startRounds(() => deliverDue(s), "mail-queue-failed", roundMs);
