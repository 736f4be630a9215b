import { dirname } from "node:path";
import { isDiskFull, tryWriting } from "../../disk.ts";
import type { Services } from "../../services.ts";

/** What `/readyz` says of one thing this service needs. */
export interface Dependency {
  /** `configured`: not asked, because asking costs money or sends something. */
  state: "ready" | "not-ready" | "unreachable" | "configured";
  /** Which of the possible ones it is. */
  engine?: string;
  /** For an operator, when it is not ready. */
  reason?: string;
}

const TIMEOUT = 2_000;
/** Milliseconds one answer is believed: anybody may ask, and shall not make us ask others. */
const BELIEVED = 2_000;

/**
 * What another of our services says of itself at `/readyz`, whatever its status.
 *
 * @param ms for so long it is waited for.
 * @throws what `fetch` does, and for what is not JSON.
 */
export async function readinessOf(
  url: string,
  ms: number,
): Promise<Record<string, unknown>> {
  const signal = AbortSignal.timeout(ms);
  const answer = await fetch(`${url}/readyz`, { signal, redirect: "error" });
  return await answer.json();
}

async function askReady(url: string): Promise<Dependency> {
  try {
    const { ready } = await readinessOf(url, TIMEOUT);
    return { state: ready === true ? "ready" : "not-ready" };
  } catch {
    // Refused, slow or talking nonsense: the state says all that may be told to anyone.
    return { state: "unreachable" };
  }
}

async function askKv(
  { kv, config: { kvPath } }: Pick<Asked, "kv" | "config">,
): Promise<Dependency> {
  try {
    await kv.get(["readyz"]);
  } catch {
    return { state: "unreachable" };
  }
  try {
    // Reading goes on when nothing can be written any more.
    const isFile = kvPath !== undefined && !/^https?:/.test(kvPath);
    if (isFile) await tryWriting(dirname(kvPath));
    return { state: "ready" };
  } catch (error) {
    const reason = isDiskFull(error)
      ? "The disk is full: nothing can be stored. Free some space."
      : "Nothing can be written to the folder of the store.";
    return { state: "not-ready", reason };
  }
}

type Asked = Pick<Services, "kv" | "config" | "faces">;

const known = new WeakMap<
  Deno.Kv,
  { at: number; answer: Promise<Record<string, Dependency>> }
>();

async function askAll({ kv, config, faces }: Asked) {
  const [store, realtime, transcriber] = await Promise.all([
    askKv({ kv, config }),
    askReady(config.realtimeUrl),
    askReady(config.transcriberUrl),
  ]);
  const { kind } = config.mail;
  return {
    kv: store,
    realtime,
    transcriber,
    faces: {
      state: config.aws ? "configured" : "ready",
      engine: faces.name,
    },
    pictures: {
      state: config.aws ? "configured" : "ready",
      engine: config.aws ? "s3" : "folder",
    },
    mail: { state: kind === "smtp" ? "configured" : "ready", engine: kind },
  } satisfies Record<string, Dependency>;
}

/** The state of everything this service needs, at most 2 s old. */
export function dependencies(s: Asked): Promise<Record<string, Dependency>> {
  const last = known.get(s.kv);
  if (last && Date.now() - last.at < BELIEVED) return last.answer;
  const answer = askAll(s);
  known.set(s.kv, { at: Date.now(), answer });
  return answer;
}
