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

Deno.test("HEIC: no box of a maker's own stays, whatever its name", async () => {
  // As of motion photos: a film at the end.
  const film = "\0\0\0\x1bmpvd\0\0\0\x13udta+52.5+013.4";
  const added = new TextEncoder().encode(`${film}\0\0\0\x0esefdMCC262`);
  const bytes = await new Blob([heic(), added]).bytes();
  const scrubbed = (await remake(HEIC, bytes)).bytes;
  assertEquals(
    text(scrubbed).slice(-41),
    `\0\0\0\x1bfree${"\0".repeat(19)}\0\0\0\x0efree${"\0".repeat(6)}`,
  );
  // In what says what is in the file, and among the properties: the place of each is kept.
  for (const [box, other] of [["iref", "xml "], ["pixi", "udes"]]) {
    const letters = [...new TextEncoder().encode(other)];
    const told = changed(heic(), box, 0, letters);
    const at = placeOf(told, other);
    const after = (await remake(HEIC, told)).bytes;
    const size = new DataView(told.buffer).getUint32(at - 4) - 8;
    assertEquals(
      text(after.subarray(at, at + 4 + size)),
      `free${"\0".repeat(size)}`,
    );
    assertEquals(after.length, told.length);
  }
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
