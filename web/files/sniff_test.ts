import { assertEquals } from "@std/assert";
import { isHarmless, isPicture, isRemade, typeOf } from "./sniff.ts";

/** How a file of the ISO base media format begins. */
const boxed = (brand: string, others = "") =>
  typeOf(
    new TextEncoder().encode(`\0\0\0\x20ftyp${brand}\0\0\0\0${others}`),
  );

Deno.test("pictures in boxes are told from films, and those that no browser shows are shown by no page", () => {
  const brands: Record<string, string> = {
    ...{ avif: "image/avif", avis: "image/avif" },
    ...{ heic: "image/heic", heix: "image/heic", hevc: "image/heic" },
    ...{ mif1: "image/heif", msf1: "image/heif" },
  };
  for (const [brand, type] of Object.entries(brands)) {
    const isShown = type === "image/avif";
    assertEquals([brand, boxed(brand)], [brand, type]);
    assertEquals([isPicture(type), isHarmless(type)], [isShown, isShown]);
    assertEquals(isRemade(type), true);
  }
  for (const brand of ["isom", "mp42", "iso5"]) {
    assertEquals(boxed(brand), "video/mp4");
  }
  assertEquals(boxed("M4A "), "audio/mp4");
  // What says no more of itself at first may name what it is.
  assertEquals(boxed("mif1", "miafavif"), "image/avif");
  assertEquals(boxed("mif1", "miafheic"), "image/heif");
});
