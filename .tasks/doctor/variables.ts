/** The variables by themselves: each service's own reading of them, and how they fit together. */
import { readConfig as readRealtime } from "../../realtime/config.ts";
import { readConfig as readTranscriber } from "../../transcriber/config/config.ts";
import { readConfig as readWeb } from "../../web/config.ts";
import {
  type Circumstances,
  ended,
  type Env,
  type Finding,
  ok,
  text,
  wrong,
} from "./finding.ts";
import { checkNames } from "./names.ts";

const READERS = [
  ["web", readWeb],
  ["realtime", readRealtime],
  ["transcriber", readTranscriber],
] as const;

/** A service names one mistake and stops; with that variable gone it names the next. */
const MOST_MISTAKES = 30;

function mistakesOf(
  read: (env: Record<string, string>) => unknown,
  env: Env,
  asked: Set<string>,
): Finding[] {
  const given = Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] =>
      pair[1] !== undefined
    ),
  );
  const rest = new Proxy(given, {
    get(variables, name) {
      if (typeof name === "string") asked.add(name);
      return Reflect.get(variables, name);
    },
  });
  const found: Finding[] = [];
  while (found.length < MOST_MISTAKES) {
    try {
      read(rest);
      return found;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ConfigError") {
        throw error;
      }
      const name = /^[A-Z][A-Z0-9_]+/.exec(error.message)?.[0] ??
        "configuration";
      if (found.some(({ about }) => about === name)) return found;
      found.push(wrong(name, ended(error.message)));
      for (const each of toTakeAway(name, error.message, rest)) {
        delete rest[each];
      }
    }
  }
  return found;
}

/** What to unset so that the service names its next mistake, and not a consequence of this one. */
function toTakeAway(
  name: string,
  message: string,
  rest: Record<string, string>,
): string[] {
  const together = /needs? (?:all of )?([A-Z][A-Z0-9_]+(, [A-Z][A-Z0-9_]+)+)/
    .exec(message)?.[1];
  if (together) return together.split(", ");
  // The missing half of a pair stays missing: take the other half away instead.
  const other = /when ([A-Z][A-Z0-9_]+) is/.exec(message)?.[1];
  return [name in rest ? name : other ?? name];
}

/** What the services themselves say about their variables, and which of them nobody reads. */
export function checkVariables(
  env: Env,
  { given }: Circumstances,
): Promise<Finding[]> {
  const found = new Map<string, Finding>();
  const asked = new Set<string>();
  for (const [, read] of READERS) {
    for (const finding of mistakesOf(read, env, asked)) {
      if (!found.has(finding.about)) found.set(finding.about, finding);
    }
  }
  const wrongs = [...found.values(), ...placeholders(env)];
  const names = checkNames(given, asked, env);
  return Promise.resolve(
    wrongs.length
      ? [...wrongs, ...names]
      : [ok("Variables", "Every service accepts them."), ...names],
  );
}

/** What people copy from an example and forget to replace. */
const PLACEHOLDER =
  /^(x{3,}|\.{3}|…|todo|tbd|none|null|undefined|secret|password)$|change[-_ ]?me|replace[-_ ]?me|^your[-_ ]|<[^@>]+>|EXAMPLE(KEY)?$/i;
/** Domains nobody can own (RFC 2606). */
const EXAMPLE_HOST = /[@/.]example\.(com|org|net)\b/;

const MAIN = /^(APP|WS|REALTIME|TRANSCRIBER|REDIS|SMTP|DENO_KV)_/;
const OTHERS =
  /^(AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|REGION)|S3_BUCKET|GCS_BUCKET|EMAIL_(USER|PASS)|MAIL_FROM|SIGNING_KEY|GOOGLE_(APPLICATION_CREDENTIALS|CLOUD_PROJECT))$/;

function placeholders(env: Env): Finding[] {
  return Object.keys(env)
    .filter((name) => MAIN.test(name) || OTHERS.test(name))
    .filter((name) => {
      const value = text(env, name) ?? "";
      if (name === "MAIL_FROM" && /^[^<]*<[^<>]+@[^<>]+>$/.test(value)) {
        return EXAMPLE_HOST.test(value);
      }
      return PLACEHOLDER.test(value) || EXAMPLE_HOST.test(value);
    })
    .map((name) =>
      wrong(name, `${name} still has the value of an example. Set your own.`)
    );
}
