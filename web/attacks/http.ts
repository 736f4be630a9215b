/** Requests of whoever attacks, and what an answer gave away. */
import { held, type Outcome, succeeded } from "./attack.ts";
import { SECRET, type World } from "./world.ts";

/** One request; `{room}`, `{message}`, `{file}` and `{clip}` in it are those of the world. */
export interface Try {
  service: "web" | "realtime" | "transcriber";
  method: string;
  path: string;
  json?: unknown;
  form?: Record<string, string>;
  /** Sent as it is, in place of both. */
  body?: BodyInit;
  /** Not even its owner finds anything there in this world. */
  absent?: true;
  /** The answer is no refusal by itself: only the secret in it is a success. */
  open?: true;
}

/** Puts the ids of the world in. */
export const filled = (text: string, world: World): string =>
  text.replaceAll("{room}", world.roomId)
    .replaceAll("{message}", world.messageId)
    .replaceAll("{file}", world.fileId)
    .replaceAll("{clip}", world.clipId)
    .replaceAll("{member}", world.member.id)
    .replaceAll("{owner}", world.owner.id);

/** Sends it with these headers; redirects are not followed. */
export function send(
  world: World,
  { service, method, path, json, form, body: given }: Try,
  headers: Record<string, string> = {},
  /** Whether the headers say all there is to say of where it comes from. */
  says = false,
): Promise<Response> {
  const url = world[service] + filled(path, world);
  const all = new Headers(headers);
  let body = given;
  if (json !== undefined) {
    all.set("content-type", "application/json");
    body = filled(JSON.stringify(json), world);
  }
  if (form !== undefined) {
    all.set("content-type", "application/x-www-form-urlencoded");
    if (!says) all.set("origin", world.appUrl);
    const fields = Object.entries(form)
      .map(([name, value]) => [name, filled(value, world)]);
    body = new URLSearchParams(fields).toString();
  }
  return fetch(url, { method, headers: all, body, redirect: "manual" });
}

/** The first of an answer; a page that never ends is left after it. */
export async function startOf(answer: Response): Promise<string> {
  if (!answer.body) return "";
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
    if (text.length > 4_000_000 || text.includes("</body>")) break;
    if (text.includes(SECRET)) break;
    // A live page or stream sends its first part at once, and the next when somebody writes.
    if (/ndjson/.test(answer.headers.get("content-type") ?? "")) break;
  }
  await reader.cancel();
  return text;
}

const isRefused = (answer: Response): boolean =>
  answer.status >= 400 && answer.status < 500 ||
  (answer.status === 303 &&
    /^\/(login|$)/.test(answer.headers.get("location") ?? ""));

/** Whether an answer refused what was asked, and gave nothing away. */
export async function judged(
  answer: Response,
  { open }: Pick<Try, "open"> = {},
): Promise<Outcome> {
  const refused = isRefused(answer);
  const text = refused || open ? await startOf(answer) : "";
  await answer.body?.cancel().catch(() => {});
  if (text.includes(SECRET)) return succeeded("the answer holds the secret");
  return refused || open ? held() : succeeded(`answered ${answer.status}`);
}
