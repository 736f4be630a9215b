import { checkAddresses } from "./addresses.ts";
import { checkAws } from "./aws.ts";
import type { Check, Circumstances, Env, Finding } from "./finding.ts";
import { reasonOf, wrong } from "./finding.ts";
import { checkDollars } from "./dollars.ts";
import { checkGoogle } from "./google.ts";
import { checkKv } from "./kv.ts";
import { checkFolder, checkPorts, checkRecognizer } from "./machine.ts";
import { checkMail } from "./mail.ts";
import { checkKeys } from "./keys.ts";
import { checkRealtime, checkTranscriber } from "./origins.ts";
import { checkRedis } from "./redis.ts";
import { scrubber } from "./scrub.ts";
import { checkSherpa } from "./sherpa.ts";
import { checkTranscribeApi } from "./transcribe-api.ts";
import { checkVariables } from "./variables.ts";

const CHECKS: [name: string, check: Check][] = [
  ["Variables", checkVariables],
  ["Variables", checkDollars],
  ["Addresses", checkAddresses],
  ["Ports", checkPorts],
  ["DATA_DIR", checkFolder],
  ["KV", checkKv],
  ["REDIS_URL", checkRedis],
  ["SMTP_URL", checkMail],
  ["AWS", checkAws],
  ["Google", checkGoogle],
  ["PocketSphinx", checkRecognizer],
  ["SHERPA_MODEL_DIR", checkSherpa],
  ["TRANSCRIBE_API_URL", checkTranscribeApi],
  ["APP_URL", checkKeys],
  ["WS_URL", checkRealtime],
  ["TRANSCRIBER_URL", checkTranscriber],
];

/** Everything the doctor has to say about an environment, without its secrets. */
export async function diagnose(
  env: Env,
  about: Circumstances,
): Promise<Finding[]> {
  const found = await Promise.all(CHECKS.map(async ([name, check]) => {
    try {
      return await check(env, about);
    } catch (error) {
      return [wrong(name, `${name} could not be checked: ${reasonOf(error)}.`)];
    }
  }));
  const scrub = scrubber(env);
  const said = new Map<string, Finding>();
  for (const finding of found.flat()) {
    const sentence = scrub(finding.sentence);
    // A mistake a service stops at may be one of the addresses', too.
    if (!said.has(sentence)) said.set(sentence, { ...finding, sentence });
  }
  return [...said.values()];
}
