/**
 * A child that speaks the protocol of recognizers/sherpa/child.ts and knows a script instead of a model.
 * Arguments: what to do (`good`, `abort-at-start`, `hang`, or `abort-on-audio`), then the sentences.
 */
import type { Update } from "../recognizers/recognizer.ts";
import {
  decodePcm,
  messages,
  say,
  type ToChild,
} from "../recognizers/sherpa/protocol.ts";
import { sherpaText } from "../recognizers/sherpa/words.ts";
import { Script } from "./scripted.ts";
import { joinPcm } from "./speech.ts";

const [behaviour, ...sentences] = Deno.args;
const abort = () => Deno.kill(Deno.pid, "SIGABRT");

if (behaviour === "abort-at-start") {
  console.error("the model makes no sense");
  abort();
}
const script = await Script.of(...sentences);
const streams = new Map<number, { pcm: Int16Array; settled: number }>();
if (behaviour !== "hang") say({ type: "ready" });

for await (const message of messages<ToChild>(Deno.stdin.readable)) {
  const { id } = message;
  if (message.type === "open") {
    streams.set(id, { pcm: new Int16Array(), settled: 0 });
  }
  if (message.type === "close") streams.delete(id);
  const stream = streams.get(id);
  if (!stream) continue;
  if (message.type === "audio") {
    if (behaviour === "abort-on-audio") abort();
    stream.pcm = joinPcm(stream.pcm, decodePcm(message.pcm));
    tell(id, stream, false);
  }
  if (message.type === "finish") tell(id, stream, true);
  if (message.type !== "open") say({ type: "done", id });
}

function tell(
  id: number,
  stream: { pcm: Int16Array; settled: number },
  all: boolean,
): void {
  const heard = all ? script.hearAll(stream.pcm) : script.hear(stream.pcm);
  for (const { words, settled, end: until } of heard.slice(stream.settled)) {
    if (words.length === 0) continue;
    const text = sherpaText(words);
    const update: Update = settled
      ? { type: "final", text, words, until }
      : { type: "partial", text };
    say({ type: "update", id, update });
    if (settled) stream.settled++;
  }
}
