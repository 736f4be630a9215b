import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { gunzipSync } from "node:zlib";
import { type Place, squeeze, withNumbers } from "./squeezed.ts";

const utf8 = new TextEncoder();

/** Words of a page: few, so that there is much to refer back to. */
const words = fc.array(
  fc.oneof(
    fc.constantFrom('<input type="hidden" name="once" value="', '">', "nonce="),
    fc.constantFrom("0", "deadbeef", "Grüße, 世界 👋", "\0\u0001", "﷐"),
    fc.string({ unit: "binary", maxLength: 8 }),
  ),
  { maxLength: 12 },
).chain((all) =>
  // Now and then more than the window, so that nothing before it can be referred to.
  fc.integer({ min: 0, max: 30 }).map((n) =>
    n === 0 ? [...all, "A long message. ".repeat(2_100), ...all] : all
  )
).map((all) => all.join("").toWellFormed());

/** Numbers of one length: of any bytes, or such as are in the words. */
const numbersOf = (length: number, count: number) =>
  fc.array(
    fc.oneof(
      fc.uint8Array({ minLength: length, maxLength: length }),
      fc.constantFrom("0", "deadbeef", "A long message. ", "\xff").map((part) =>
        Uint8Array.from(part.repeat(length), (it) => it.charCodeAt(0))
          .slice(0, length)
      ),
    ),
    { minLength: count, maxLength: count },
  );

const COPIES = 3;

/** Text, a number, text, a number and so on; nothing may be between numbers, before or after. */
const page = fc.tuple(
  words,
  fc.array(
    fc.integer({ min: 1, max: 64 }).chain((length) =>
      fc.record({ numbers: numbersOf(length, COPIES), text: words })
    ),
    { maxLength: 8 },
  ),
);

function joined(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

Deno.test("whatever the numbers are, each copy of a page is that page with them", async () => {
  let squeezed = 0;
  await fc.assert(
    fc.asyncProperty(page, async ([start, rest]) => {
      const copies = Array.from({ length: COPIES }, (_, copy) =>
        joined([
          utf8.encode(start),
          ...rest.flatMap(({ numbers, text }) => [
            numbers[copy],
            utf8.encode(text),
          ]),
        ]));
      let at = utf8.encode(start).length;
      const places = rest.map(({ numbers: [{ length }], text }): Place => {
        const place = { at, length };
        at += length + utf8.encode(text).length;
        return place;
      });
      const kept = await squeeze(copies[0], places);
      if (!kept) return;
      squeezed += 1;
      assert(kept.file.length < copies[0].length);
      for (const [copy, bytes] of copies.entries()) {
        const numbers = rest.map(({ numbers }) => numbers[copy]);
        // It looks at the sum and at the length, too.
        const found = new Uint8Array(gunzipSync(withNumbers(kept, numbers)));
        assertEquals(found.length, bytes.length);
        assert(found.every((byte, i) => byte === bytes[i]));
      }
    }),
    { numRuns: 1_000 },
  );
  assert(squeezed > 300, `${squeezed}`);
});

Deno.test("a text of megabytes that nothing shortens much comes whole", async () => {
  const letters = crypto.getRandomValues(new Uint8Array(60_000));
  const bytes = joined(Array.from({ length: 40 }, () => letters))
    .map((byte, i) => 48 + (byte ^ (i >> 11)) % 60);
  const places = [{ at: 100_000, length: 36 }];
  const kept = await squeeze(bytes, places);
  const number = bytes.slice(100_000, 100_036);
  const found = gunzipSync(withNumbers(kept!, [number]));
  assertEquals(new Uint8Array(found), bytes);
});

Deno.test("what would gain nothing is not compressed", async () => {
  assertEquals(await squeeze(utf8.encode("{}"), []), null);
  const text = utf8.encode("A long message. ".repeat(1_000));
  const many = Array.from({ length: 100 }, (_, i) => ({
    ...{ at: i * 100, length: 36 },
  }));
  assertEquals(await squeeze(text, many), null);
  assert(await squeeze(text, many.slice(0, 10)));
});
