import { assert, assertEquals, assertRejects } from "@std/assert";
import { PictureError } from "../picture-error.ts";
import { remake } from "../remake.ts";
import { changed, placeOf, stillAvif } from "./testing.ts";

const HEIC = "image/heic";
const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

/** A photo as a telephone keeps it: the same boxes, though nothing here reads what is coded. */
const heic = () => changed(stillAvif(), "ftyp", 4, [0x68, 0x65, 0x69, 0x63]);

Deno.test("HEIC: it stays as it is, without what its camera wrote", async () => {
  const given = heic();
  const { bytes, type, width } = await remake(HEIC, given);
  assertEquals([type, width], [undefined, undefined]);
  for (const word of ["GPS", "Berlin", "xmpmeta"]) {
    assert(text(given).includes(word) && !text(bytes).includes(word), word);
  }
  const [from, end] = [
    placeOf(given, "mdat") + 4,
    placeOf(given, "\x12\0\x0a"),
  ];
  assertEquals(bytes.subarray(0, from), given.subarray(0, from));
  assertEquals(bytes.subarray(end), given.subarray(end));
});

Deno.test("HEIC: boxes for what programs like to add are emptied", async () => {
  const added = new TextEncoder().encode(
    "\0\0\0\x14uuidGPS 52.5N!!!\0\0\0\x0cfreeSELF",
  );
  const bytes = await new Blob([heic(), added]).bytes();
  const scrubbed = (await remake(HEIC, bytes)).bytes;
  assertEquals(scrubbed.length, bytes.length);
  assertEquals(
    text(scrubbed).slice(-32),
    `\0\0\0\x14free${"\0".repeat(12)}\0\0\0\x0cfree\0\0\0\0`,
  );
});

Deno.test("HEIC: one that is damaged is not taken, as nobody knows what is in it", async () => {
  const whole = heic();
  for (let end = 13; end < whole.length; end += 11) {
    const cut = whole.subarray(0, end);
    const { problem } = await assertRejects(
      () => remake(HEIC, cut),
      PictureError,
    );
    assertEquals(problem, "broken");
  }
});
