/** What a process does besides answering: what waits in queues, and what is over or due. */
import { finishErasures } from "./accounts/erasures.ts";
import { listEarlier } from "./accounts/listing.ts";
import { nameOwner } from "./accounts/owner.ts";
import { sweepPictures } from "./accounts/pictures.ts";
import { listEarlierSessions } from "./accounts/session-list/session-list.ts";
import { keys as accountKeys } from "./accounts/store.ts";
import { endUnconfirmed } from "./accounts/unconfirmed.ts";
import { sweepEvents } from "./audit/list.ts";
import { listEarlierFiles } from "./files/list.ts";
import { sweepFiles } from "./files/sweep.ts";
import { log } from "./log.ts";
import { startPostman } from "./mail/postman.ts";
import { notifyPeople } from "./notifications/work.ts";
import { finishPreviews } from "./previews/queue.ts";
import { handOverDue } from "./rooms/hand-over.ts";
import { finishLeftoversSoon } from "./rooms/leftovers.ts";
import { startRounds } from "./rounds.ts";
import type { Services } from "./services.ts";
import { rotateWhenDue } from "./tokens/keys.ts";
import { sweepVoices } from "./voices/sweep.ts";
import { hearDue } from "./voices/waiting.ts";

const HOUR_MS = 60 * 60 * 1000;

function sweep(s: Services): void {
  Promise.all([
    sweepPictures(s),
    sweepFiles(s),
    listEarlierFiles(s),
    sweepVoices(s),
    endUnconfirmed(s).then(() => finishErasures(s)),
    nameOwner(s),
    listEarlier(s, accountKeys.accounts()),
    sweepEvents(s, s.config.auditDays),
  ])
    .catch((error) => log("warn", "sweep-failed", { error }));
}

async function rotate(s: Services): Promise<void> {
  // One that was given is the operator's to change.
  if (s.config.signingKey !== undefined) return;
  try {
    if (await rotateWhenDue(s.kv)) log("info", "keys-rotated");
  } catch (error) {
    log("warn", "rotation-failed", { error });
  }
}

/**
 * Begins all of it, for as long as the process lives, which it does not keep alive.
 *
 * @returns has what waits in queues done now, in the background and not too often.
 */
export function startUpkeep(s: Services): () => void {
  sweep(s);
  rotate(s);
  listEarlierSessions(s).catch((error) =>
    log("warn", "sessions-not-listed", { error })
  );
  Deno.unrefTimer(setInterval(() => sweep(s), HOUR_MS));
  Deno.unrefTimer(setInterval(() => rotate(s), HOUR_MS));
  const rounds = [
    startPostman(s),
    startRounds(() => handOverDue(s), "hand-over-failed"),
    startRounds(() => hearDue(s), "voices-failed"),
    startRounds(() => finishPreviews(s), "previews-failed"),
    startRounds(() => notifyPeople(s), "notices-failed"),
  ];
  return () => {
    for (const round of rounds) round.nudge();
    finishLeftoversSoon(s);
  };
}
