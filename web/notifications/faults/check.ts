/** Whether everybody was told of everything, once: decided from what was said, and what came. */

/**
 * Milliseconds from when a push was taken until its worker has noted that; and for which what a
 * process sent that was killed may still be taken.
 */
const NOTED_IN = 2_000, ON_ITS_WAY = 1_000;

/** A message, and the names of those it mentions. */
export interface Said {
  number: number;
  names: string[];
}

/** A push that a push service took. */
export interface Arrived {
  device: string;
  number: number;
  tag: string;
  at: number;
  /** The worker never got the answer. */
  isLost: boolean;
}

/** An e-mail that was handed to a mail server. */
export interface Mailed {
  address: string;
  numbers: number[];
  /** Its Message-ID: by that, a mailbox knows one that comes again. */
  id: string;
  at: number;
}

export interface Record {
  said: Said[];
  /** Of each person the devices that were never refused for good; none: they get an e-mail. */
  devices: Map<string, string[]>;
  arrived: Arrived[];
  mailed: Mailed[];
  /** When a worker was killed. */
  kills: number[];
  addressOf(name: string): string;
}

export interface Verdict {
  /** Pushes and e-mails that had to come. */
  wanted: number;
  missed: string[];
  twice: string[];
  /** What came again as the same, after a worker could not note it: it is shown once. */
  again: number;
}

export function check(
  { said, devices, arrived, mailed, kills, addressOf }: Record,
): Verdict {
  const verdict: Verdict = { wanted: 0, missed: [], twice: [], again: 0 };
  const pushes = Map.groupBy(
    arrived,
    ({ device, number }) => `${device} ${number}`,
  );
  const mails = Map.groupBy(
    mailed.flatMap((mail) => mail.numbers.map((number) => ({ mail, number }))),
    ({ mail, number }) => `${mail.address} ${number}`,
  );
  const count = (
    what: string,
    came: { same: string; at: number; isLost: boolean }[],
  ) => {
    verdict.wanted += 1;
    if (came.length === 0) verdict.missed.push(what);
    for (const [i, { same }] of came.entries()) {
      const before = came[i - 1];
      if (!before) continue;
      const isExplained = before.isLost ||
        kills.some((at) =>
          at >= before.at - ON_ITS_WAY && at <= before.at + NOTED_IN
        );
      if (same === before.same && isExplained) verdict.again += 1;
      else {
        const times = [before.at, came[i].at].join(" and ");
        verdict.twice.push(`${what} at ${times}`);
      }
    }
  };
  for (const { number, names } of said) {
    for (const name of names) {
      const own = devices.get(name) ?? [];
      for (const device of own) {
        const came = pushes.get(`${device} ${number}`) ?? [];
        count(
          `${device} ${number}`,
          came.map((it) => ({ ...it, same: it.tag })),
        );
      }
      const byMail = (mails.get(`${addressOf(name)} ${number}`) ?? [])
        .map(({ mail: { id, at } }) => ({ same: id, at, isLost: false }));
      if (own.length === 0) count(`e-mail ${name} ${number}`, byMail);
      else if (byMail.length > 0) {
        verdict.twice.push(`e-mail ${name} ${number}`);
      }
    }
  }
  return verdict;
}
