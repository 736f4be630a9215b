import { assertEquals } from "@std/assert";
import { realSpeech } from "../../testing/recognizers.ts";
import { pcmOf, speak } from "../../testing/speech.ts";
import { PocketSphinx } from "./pocketsphinx.ts";

const { ignore, why } = realSpeech();
const { signal } = new AbortController();
const english = { language: "en-US", signal };

Deno.test({
  name:
    `names that are likely are heard and written as their owners do, and by nobody after them${why}`,
  ignore,
  fn: async () => {
    const engine = new PocketSphinx({ decoders: 1 });
    const pcm = pcmOf(await speak("tell marianne that elinor has the keys"));
    const heard = async (...hints: string[]) =>
      (await engine.transcribe(pcm, { ...english, hints })).text;
    const alone = await heard();
    assertEquals(/marianne|elinor/i.test(alone), false, alone);
    const hints = ["Zoë Marianne", "Élinor", "Priyanka Xq", "?", "42"];
    assertEquals(
      await heard(...hints),
      "Tell Marianne that Élinor has the keys",
    );
    const live: string[] = [];
    const stream = await engine.start({
      ...english,
      hints,
      onUpdate: ({ type, text }) => type === "final" && live.push(text),
    });
    await stream.feed(pcm);
    await stream.finish();
    await stream.close();
    assertEquals(live, ["Tell Marianne that Élinor has the keys"]);
    assertEquals(await heard(), alone, "the next one has names of their own");
    await engine.close();
  },
});

Deno.test({
  name: `a name that is an everyday word stays one${why}`,
  ignore,
  fn: async () => {
    const engine = new PocketSphinx({ decoders: 1 });
    const pcm = pcmOf(await speak("the weather will be fine at the weekend"));
    const hints = ["Will", "The Weather", "Fine & Co."];
    const { text } = await engine.transcribe(pcm, { ...english, hints });
    assertEquals(text, "The weather will be fine at the weekend");
    await engine.close();
  },
});
