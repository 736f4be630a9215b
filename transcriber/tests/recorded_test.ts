/**
 * A recording that Firefox itself made: Debian's firefox-esr 153 played Flite's "thank you very much
 * for your help" in a page, and the page recorded it as ours does, in pieces of a second.
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { decodeAudio } from "../audio/decode.ts";
import { ApiError } from "../http/errors.ts";
import { PocketSphinx } from "../recognizers/pocketsphinx/pocketsphinx.ts";
import { realSpeech } from "../testing/recognizers.ts";

const { ignore, why } = realSpeech();
const { signal } = new AbortController();
const file = await Deno.readFile(
  new URL("../testing/firefox-153.webm", import.meta.url),
);

Deno.test("a recording that Firefox made is decoded whole", async () => {
  const { format, duration, cut } = await decodeAudio(file, { signal });
  assertEquals([format, cut], ["webm", false]);
  assertAlmostEquals(duration, 2.18, 0.03);
});

Deno.test("cut inside an element, it is refused as damaged", async () => {
  for (const missing of [1, 7, 1_000, file.length - 100]) {
    const error = await decodeAudio(file.slice(0, -missing), { signal })
      .catch((error) => error);
    assert(error instanceof ApiError, `${missing} bytes short`);
    assertEquals(error.code, "audio-broken");
  }
});

Deno.test({
  name: `its words are heard${why}`,
  ignore,
  fn: async () => {
    const engine = new PocketSphinx();
    try {
      const { pcm } = await decodeAudio(file, { signal });
      const options = { language: "en-US", signal };
      const { text } = await engine.transcribe(pcm, options);
      assertEquals(text, "Thank you very much for your help");
    } finally {
      await engine.close();
    }
  },
});
