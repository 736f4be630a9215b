import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { opusFile, tone } from "../testing/files.ts";
import { MP3_FRAME, mp3File } from "../testing/mp3.ts";
import { pcmOf, speak } from "../testing/speech.ts";
import { partOf } from "./cut.ts";
import { decodeAudio } from "./decode.ts";
import { toInt16 } from "./samples.ts";

const signal = new AbortController().signal;

Deno.test("of an Ogg recording that was cut, the whole pages are kept", async () => {
  const ogg = await opusFile(toInt16(tone(440, 12, 16_000)), "ogg");
  assertEquals(partOf(ogg, "ogg"), { bytes: ogg, cut: false });
  const whole = await decodeAudio(ogg, { signal });
  assertEquals(whole.cut, false);
  const cut = ogg.slice(0, Math.floor(ogg.length * 0.6));
  const part = await decodeAudio(cut, { signal });
  assert(part.cut);
  assert(part.duration > 1 && part.duration < 9, `${part.duration} s`);
});

Deno.test("what follows the end of an Ogg recording is no part of it, and is told where it is sound", async () => {
  const ogg = await opusFile(toInt16(tone(440, 2, 16_000)), "ogg");
  for (const tail of [new Uint8Array(500), new TextEncoder().encode("TAG")]) {
    const followed = new Uint8Array([...ogg, ...tail]);
    assertEquals(partOf(followed, "ogg"), { bytes: ogg, cut: false });
    assertEquals((await decodeAudio(followed, { signal })).cut, false);
  }
  // One after the other, as radios send them: the first is decoded.
  const chained = new Uint8Array([...ogg, ...ogg]);
  assertEquals(partOf(chained, "ogg"), { bytes: ogg, cut: true });
  assert((await decodeAudio(chained, { signal })).cut);
});

Deno.test("an MP3 is cut when its last frame is, or when fewer bytes came than it counts", () => {
  const id3 = [...new TextEncoder().encode("ID3\x04\0\0\0\0\x01\x00")];
  for (const counted of [false, true]) {
    const plain = mp3File(5, { counted });
    const tagged = new Uint8Array([...id3, ...new Uint8Array(128), ...plain]);
    for (const mp3 of [plain, tagged]) {
      assertEquals(partOf(mp3, "mpeg").cut, false);
      assertEquals(partOf(mp3.slice(0, -1), "mpeg").cut, true);
      const between = mp3.slice(0, -MP3_FRAME);
      assertEquals(partOf(between, "mpeg").cut, counted);
    }
    const followed = new Uint8Array([...plain, 0x54, 0x41, 0x47, 0, 0, 0, 0]);
    assertEquals(partOf(followed, "mpeg").cut, false, "a tag at the end");
  }
  assert(partOf(new Uint8Array(id3), "mpeg").cut, "only a tag, and that cut");
});

Deno.test("the head of a FLAC file tells its length", () => {
  const flac = new Uint8Array(42);
  flac.set([0x0a, 0xc4, 0x42, 0xf1, 0, 0, 0xac, 0x44], 18); // 44,100 Hz
  const seconds = 2 ** 32 / 44_100 + 1;
  assertAlmostEquals(partOf(flac, "flac").seconds!, seconds, 1e-6);
  flac.fill(0, 21, 26); // a program that wrote to a pipe
  assertEquals(partOf(flac, "flac").seconds, undefined);
});

// Where there is none, the command is refused before there is a promise.
const hasFfmpeg = await (async () => {
  const { success } = await new Deno.Command("ffmpeg", { args: ["-version"] })
    .output();
  return success;
})().catch(() => false);

/** What ffmpeg makes of a recording, written to a pipe or to a file. */
async function convert(wav: Uint8Array, format: string, piped: boolean) {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${dir}/in.wav`, wav);
    const out = `${dir}/out.${format}`;
    const job = piped
      ? `ffmpeg -v error -i ${dir}/in.wav -f ${format} - | cat > ${out}`
      : `ffmpeg -v error -i ${dir}/in.wav ${out}`;
    await new Deno.Command("sh", { args: ["-c", job] }).output();
    return await Deno.readFile(out);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test({
  name: "FLAC and MP3 keep their part and say that they were cut" +
    (hasFfmpeg ? "" : " (ignored: no ffmpeg)"),
  ignore: !hasFfmpeg,
  fn: async () => {
    const wav = await speak("thank you very much for your help");
    const seconds = pcmOf(wav).length / 16_000;
    for (const format of ["flac", "mp3"]) {
      for (const piped of [false, true]) {
        const file = await convert(wav, format, piped);
        const title = `${format}, ${piped ? "from a pipe" : "from a file"}`;
        const whole = await decodeAudio(file, { signal });
        assertEquals(whole.cut, false, title);
        assertAlmostEquals(whole.duration, seconds, 0.2, title);
        const half = file.slice(0, Math.floor(file.length * 0.6));
        const part = await decodeAudio(half, { signal });
        assertEquals(part.cut, true, title);
        assert(part.duration > 0.5 && part.duration < 0.8 * seconds, title);
      }
    }
  },
});
