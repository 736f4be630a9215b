import { assertEquals } from "@std/assert";
import { realSpeech } from "../../testing/recognizers.ts";
import { pcmOf, speak } from "../../testing/speech.ts";
import { Hints } from "./hints.ts";
import { cString, modelFiles, openLibrary } from "./library.ts";
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

Deno.test({
  name:
    `whoever speaks last is heard as the first was, whatever names they have${why}`,
  ignore,
  fn: async () => {
    const library = openLibrary();
    const base = library.base.symbols, ps = library.ps.symbols;
    const config = base.cmd_ln_parse_r(null, ps.ps_args(), 0, null, 0)!;
    const files = modelFiles("/usr/share/pocketsphinx/model/en-us");
    for (const [name, path] of Object.entries(files)) {
      base.cmd_ln_set_str_r(config, cString(`-${name}`), cString(path));
    }
    const decoder = (await ps.ps_init(config))!;
    const models = ps.ps_get_lm(decoder, cString("_default"))!;
    const hints = new Hints(library, decoder);
    /** How likely words are: logarithms to the base of 1.0001. */
    const likely = () =>
      ["the", "marianne", "elinor"].map((word) => {
        const id = base.ngram_wid(models, cString(word));
        return base.ngram_ng_prob(models, id, null, 0, new Uint8Array(4));
      });
    const alone = likely();
    await hints.expect(["Marianne"]);
    const first = likely();
    assertEquals(first[1] > alone[1] && first[2] < alone[2], true);
    const hostile = [
      "\\data\\\nngram 1=2\n\\end\\\n\0'\"\u202e",
      "a'".repeat(2_000),
      "e\u0301".repeat(2_000),
    ];
    for (let i = 0; i < 25; i++) {
      await hints.expect(hostile);
      assertEquals(likely(), alone);
      await hints.expect([...hostile, "Marianne"]);
      assertEquals(likely(), first);
    }
    ps.ps_free(decoder);
    base.cmd_ln_free_r(config);
  },
});
