import { assertEquals } from "@std/assert";
import { detects, toldLanguage } from "./languages.ts";
import type { SherpaModel } from "./model.ts";
import { StretchHearing } from "./stretches.ts";
import { joinPcm } from "../../testing/speech.ts";
import { LOW as low } from "../../testing/sherpa-models.ts";

const model = (
  kind: string,
  config: Record<string, unknown>,
): SherpaModel => ({ kind, streaming: false, config });
const whisper = model("Whisper", { whisper: { language: "" }, tokens: "t" });
const canary = model("Canary", { canary: { srcLang: "en", tgtLang: "en" } });

Deno.test("models that can are told the language, and others are left as they are", () => {
  assertEquals(toldLanguage(whisper, "de"), {
    whisper: { language: "de" },
    tokens: "t",
  });
  assertEquals(toldLanguage(whisper, undefined), whisper.config);
  assertEquals(toldLanguage(canary, "de"), {
    canary: { srcLang: "de", tgtLang: "de" },
  });
  assertEquals(toldLanguage(canary, undefined), canary.config);
  assertEquals(
    toldLanguage(model("SenseVoice", { senseVoice: {} }), "en"),
    undefined,
  );
});

Deno.test("a model tells the language when it knows several and is made for that", () => {
  assertEquals(detects(whisper, ["en", "de"]), true);
  assertEquals(detects(whisper, ["en"]), false);
  assertEquals(detects(canary, ["en", "de"]), false);
});

Deno.test("two who speak at once are each heard in their own language", () => {
  let language: unknown = "none";
  const heard: unknown[] = [];
  const recognizer = {
    createStream: () => ({ acceptWaveform() {} }),
    setConfig: (settings: unknown) => language = settings,
    decode: () => heard.push(language),
    getResult: () => ({ tokens: [], timestamps: [] }),
  };
  const speakers = ["de", "fr"].map((told) =>
    new StretchHearing(recognizer, () => {}, told)
  );
  for (const speaker of speakers) speaker.hear(joinPcm(low, 0.2));
  for (const speaker of speakers) speaker.finish();
  assertEquals(heard.slice(-2), ["de", "fr"]);
});
