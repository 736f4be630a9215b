import { assert, assertEquals } from "@std/assert";
import {
  HIGH as high,
  LOW as low,
  modelFolder,
  type TinyModel,
  tinySenseVoice,
  tinyZipformer,
} from "../../testing/sherpa-models.ts";
import { joinPcm } from "../../testing/speech.ts";
import type { Update } from "../recognizer.ts";
import { Sherpa } from "./sherpa.ts";

const never = new AbortController().signal;
const english = { language: "en-US", signal: never };

/** The real library with a model made here. */
async function withModel(
  model: TinyModel,
  use: (engine: Sherpa) => Promise<void>,
): Promise<void> {
  const modelDir = await modelFolder({ ...model });
  const lines: unknown[] = [];
  const engine = new Sherpa({
    modelDir,
    languages: ["en"],
    log: (...line) => lines.push(line),
  });
  try {
    await use(engine);
  } finally {
    await engine.close();
    await Deno.remove(modelDir, { recursive: true });
  }
}

Deno.test("sherpa-onnx: a model of whole stretches transcribes a recording, pause by pause", () =>
  withModel(tinyZipformer(), async (engine) => {
    const pcm = joinPcm(0.5, low, high, 1, high, 1, low, 1);
    const { text, words } = await engine.transcribe(pcm, english);
    assertEquals(text, "Low high High Low");
    assertEquals(words.map(({ word }) => word), ["low", "high", "high", "low"]);
    const begins = [0.5, 1.1, 2.7, 4.3];
    words.forEach(({ start, end, confidence }, i) => {
      assert(Math.abs(start - begins[i]) < 0.2, `${start}`);
      assert(start < end && confidence > 0 && confidence <= 1);
    });
    assertEquals((await engine.transcribe(joinPcm(2), english)).text, "");
  }));

Deno.test("sherpa-onnx: capitals and punctuation stay as a model that has them gives them", async () => {
  await withModel(tinyZipformer("▁eBay", "▁von"), async (engine) => {
    const { text } = await engine.transcribe(joinPcm(low, high, 1), english);
    assertEquals(text, "EBay von");
  });
  await withModel(tinySenseVoice(), async (engine) => {
    const { text, words } = await engine.transcribe(
      joinPcm(0.3, low, high, 1),
      english,
    );
    assertEquals(text, "Low, High.");
    assertEquals(words.map(({ word }) => word), ["Low,", "High."]);
  });
});

Deno.test("sherpa-onnx: a model of whole stretches guesses while somebody speaks, and settles at pauses", () =>
  withModel(tinyZipformer(), async (engine) => {
    const updates: Update[] = [];
    const stream = await engine.start({
      ...english,
      onUpdate: (update) => updates.push(update),
    });
    const pcm = joinPcm(low, high, low, high, 1, low);
    for (let at = 0; at < pcm.length; at += 1_600) {
      await stream.feed(pcm.subarray(at, at + 1_600));
    }
    await stream.finish();
    await stream.close();
    const finals = updates.filter(({ type }) => type === "final");
    assertEquals(finals.map(({ text }) => text), ["Low high low high", "Low"]);
    const [guess] = updates;
    assertEquals(guess.type, "partial");
    assert("Low high low high".startsWith(guess.text), guess.text);
  }));
