/**
 * Holds a sherpa-onnx model, in a process of its own: a model the library cannot read makes it
 * abort, and takes its process along. Arguments: the model (`SherpaModel`), as JSON.
 */
import sherpa from "sherpa-onnx-node";
import { SAMPLE_RATE } from "../recognizer.ts";
import { toldLanguage } from "./languages.ts";
import type { SherpaModel } from "./model.ts";
import {
  decodePcm,
  type Hearing,
  messages,
  say,
  type Tell,
  type ToChild,
} from "./protocol.ts";
import { ENDPOINTS, StreamingHearing } from "./streaming.ts";
import { StretchHearing } from "./stretches.ts";

/** Cores a model uses: beyond four it gets little faster, and others have work, too. */
const THREADS = Math.min(4, navigator.hardwareConcurrency);

function load(
  model: SherpaModel,
): (tell: Tell, language: string | undefined) => Hearing {
  const optionsOf = (config: SherpaModel["config"]) => ({
    featConfig: { sampleRate: SAMPLE_RATE, featureDim: 80 },
    modelConfig: { ...config, numThreads: THREADS, provider: "cpu" },
  });
  const options = optionsOf(model.config);
  if (model.streaming) {
    const recognizer = new sherpa.OnlineRecognizer({
      ...options,
      ...ENDPOINTS,
    });
    return (tell) => new StreamingHearing(recognizer, tell);
  }
  const recognizer = new sherpa.OfflineRecognizer(options);
  return (tell, language) => {
    const told = toldLanguage(model, language);
    return new StretchHearing(recognizer, tell, told && optionsOf(told));
  };
}

const open = load(JSON.parse(Deno.args[0]));
const hearings = new Map<number, Hearing>();
say({ type: "ready" });
for await (const message of messages<ToChild>(Deno.stdin.readable)) {
  const { id } = message;
  if (message.type === "open") {
    const tell: Tell = (update) => say({ type: "update", id, update });
    hearings.set(id, open(tell, message.language));
  }
  if (message.type === "close") hearings.delete(id);
  if (message.type === "audio") hearings.get(id)?.hear(decodePcm(message.pcm));
  if (message.type === "finish") hearings.get(id)?.finish();
  if (message.type === "audio" || message.type === "finish") {
    say({ type: "done", id });
  }
}
