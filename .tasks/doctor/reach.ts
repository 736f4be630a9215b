/** Asking a service, and what its answer says about its clock. */
import {
  type Circumstances,
  type Finding,
  note,
  reasonOf,
  wrong,
} from "./finding.ts";

const TIMEOUT = 4_000;
/** Tokens live five minutes: where clocks differ by more than this, they end too soon or too late. */
const MOST_SKEW = 30_000;

/** What a service said. */
export interface Answer {
  response: Response;
  body: string;
  /** Milliseconds the other clock is ahead of ours. */
  skew: number;
}

async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const asked = Date.now();
  const response = await fetch(url, {
    ...init,
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const body = await response.text();
  const date = Date.parse(response.headers.get("date") ?? "");
  const skew = Number.isNaN(date) ? 0 : date - (asked + Date.now()) / 2;
  return { response, body, skew };
}

/** Asks a service; undefined and a finding when it is not there. */
export async function reach(
  name: string,
  url: string,
  { live }: Circumstances,
  found: Finding[],
  init?: RequestInit,
): Promise<Answer | undefined> {
  try {
    const answer = await ask(url, init);
    if (Math.abs(answer.skew) > MOST_SKEW) found.push(skewed(name, answer));
    return answer;
  } catch (error) {
    const where = new URL(url).origin;
    found.push(
      live
        ? wrong(
          name,
          `${name}: nothing answers at ${where} (${
            reasonOf(error)
          }). Start it, or correct the address.`,
        )
        : note(name, `Not checked: nothing runs at ${where} yet.`),
    );
  }
}

function skewed(name: string, { skew }: Answer): Finding {
  const seconds = Math.round(Math.abs(skew) / 1000);
  const direction = skew > 0 ? "ahead of" : "behind";
  return wrong(
    "Clock",
    `Clock: the one of ${name} is ${seconds} s ${direction} this machine's, and tokens live 300 s. Set both by NTP.`,
  );
}
