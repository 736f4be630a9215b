import { assertEquals } from "@std/assert";
import { isHarmless, isPicture, typeOf } from "./sniff.ts";

/** How a file of the ISO base media format begins. */
const boxed = (brand: string) =>
  typeOf(new TextEncoder().encode(`\0\0\0\x20ftyp${brand}\0\0\0\0`));

Deno.test("pictures that nothing here decodes are told from films, and shown by no page", () => {
  const brands: Record<string, string> = {
    ...{ avif: "image/avif", avis: "image/avif" },
    ...{ heic: "image/heic", heix: "image/heic", hevc: "image/heic" },
    ...{ mif1: "image/heif", msf1: "image/heif" },
  };
  for (const [brand, type] of Object.entries(brands)) {
    assertEquals([brand, boxed(brand)], [brand, type]);
    assertEquals([isPicture(type), isHarmless(type)], [false, false]);
  }
  for (const brand of ["isom", "mp42", "iso5"]) {
    assertEquals(boxed(brand), "video/mp4");
  }
  assertEquals(boxed("M4A "), "audio/mp4");
});
