import { log } from "../log.ts";
import type { Services } from "../services.ts";
import { finishFirst, shuttingDown } from "../shutdown.ts";
import { isLast, waitAfter } from "./backoff.ts";
import { type Claim, claim, finish, giveUp, isDue, putBack } from "./claim.ts";
import { withCurrentNames } from "./current-names.ts";
import { MailError } from "./mail-error.ts";
import { write } from "./occasions.ts";
import { keys, type WaitingMail } from "./queue-store.ts";

type Store = Pick<Services, "kv" | "mailer">;

/** E-mails sent side by side: each has a connection of its own, and servers limit those. */
const SIDE_BY_SIDE = 3;
/** How long a person waits to learn whether an e-mail got away. */
const PATIENCE_MS = 4_000;
/** With growing waits between them, some 14 seconds in all. */
const MARKING_TRIES = 6;

/** What became of a try: `down` when no other e-mail would get through either. */
type Outcome = "sent" | "not-ours" | "refused" | "delayed" | "down";

/** What the operator may know of an e-mail: neither to whom it goes nor what it says. */
const described = ({ mail }: Claim) => ({
  mail: mail.messageId,
  kind: mail.occasion.kind,
  tries: mail.tries,
});

/**
 * Notes that a claimed e-mail was taken. When that fails it will go out once more after the claim
 * has ended, with the same Message-ID, by which most mailboxes show it once.
 */
async function markSent(kv: Deno.Kv, claimed: Claim): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      const isMarked = await finish(kv, claimed);
      log("info", "mail-sent", { ...described(claimed), dropped: !isMarked });
      return;
    } catch (error) {
      if (attempt === MARKING_TRIES) {
        const fields = { ...described(claimed), error };
        log("error", "mail-sent-but-not-marked", fields);
        return;
      }
      await new Promise((done) => setTimeout(done, 10 * 4 ** attempt));
    }
  }
}

async function noteFailure(
  kv: Deno.Kv,
  claimed: Claim,
  error: unknown,
): Promise<Outcome> {
  const { tries, createdAt } = claimed.mail;
  const cause = error instanceof MailError ? error.cause ?? error : error;
  const reach = error instanceof MailError ? error.reach : "delayed";
  const reason = reach === "refused"
    ? "refused"
    : isLast(tries, Date.now() - createdAt)
    ? "exhausted"
    : null;
  if (reason !== null) {
    await giveUp(kv, claimed, reason);
    log("warn", "mail-given-up", {
      ...described(claimed),
      reason,
      error: cause,
    });
    return reach;
  }
  const waitMs = waitAfter(tries);
  await putBack(kv, claimed, Date.now() + waitMs);
  // No e-mail gets through while the server is away or keeps us out: that is for the operator.
  const level = reach === "down" ? "error" : "warn";
  log(level, "mail-delayed", { ...described(claimed), waitMs, error: cause });
  return reach;
}

/** Tries to send one e-mail of the queue, if it is there and nobody else's. */
async function attempt(
  { kv, mailer }: Store,
  id: string,
  early: boolean,
): Promise<Outcome> {
  const claimed = await claim(kv, id, early);
  if (claimed === null) return "not-ours";
  const { occasion, messageId } = claimed.mail;
  try {
    const current = await withCurrentNames(kv, id, occasion);
    await mailer.send({ ...write(current), id: messageId });
  } catch (error) {
    return await noteFailure(kv, claimed, error);
  }
  await markSent(kv, claimed);
  return "sent";
}

/**
 * Tries each of these e-mails once, a few side by side. When the mail server or KV turns out to be
 * down, the rest are left for later with all their tries; what KV failed with is thrown when those
 * under way have come to an end.
 */
async function deliverEach(
  s: Store,
  ids: string[],
  early: boolean,
): Promise<void> {
  const left = [...ids];
  let isDown = false;
  const errors: unknown[] = [];
  const work = async () => {
    for (let id = left.shift(); id; id = left.shift()) {
      if (isDown || shuttingDown.aborted) return;
      try {
        if (await attempt(s, id, early) === "down") isDown = true;
      } catch (error) {
        isDown = true;
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  if (errors.length > 0) throw errors[0];
}

/**
 * The same, in a process that may be told to end: it finishes what it has begun. Killed sooner it
 * leaves e-mails claimed; they are sent two minutes later, those that got away a second time.
 */
function deliver(s: Store, ids: string[], early: boolean): Promise<void> {
  const delivery = deliverEach(s, ids, early);
  finishFirst(delivery);
  return delivery;
}

/**
 * Sends what was just queued; returns when that is settled or after 4 seconds, whichever is first:
 * then it goes on by itself. Never throws: what is not sent now is sent later.
 *
 * An e-mail is handed over **at least once**: when a process ends, or loses KV, between a mail
 * server's taking it and our noting so, it is sent again two minutes later with the same
 * Message-ID. The other choice, at most once, would lose it there; an invitation or a warning that
 * comes twice does no harm. In every other case it is sent once, however many instances there are.
 */
export async function deliverSoon(
  s: Store,
  ids: string[],
  patienceMs = PATIENCE_MS,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((done) => {
    timer = setTimeout(done, patienceMs);
  });
  const delivery = deliver(s, ids, true).catch((error) =>
    log("error", "mail-queue-failed", { error })
  );
  await Promise.race([delivery, patience]);
  clearTimeout(timer);
}

/** Tries every e-mail of the queue whose time has come. */
export async function deliverDue(s: Store): Promise<void> {
  const now = Date.now();
  const due: { id: string; nextAt: number }[] = [];
  for await (
    const { key, value } of s.kv.list<WaitingMail>({
      prefix: keys.allWaiting(),
    })
  ) {
    if (isDue(value, now)) {
      due.push({ id: String(key.at(-1)), nextAt: value.nextAt });
    }
  }
  due.sort((a, b) => a.nextAt - b.nextAt);
  await deliver(s, due.map(({ id }) => id), false);
}
