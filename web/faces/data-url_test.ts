import { assertEquals, assertThrows } from "@std/assert";
import { jpegFromDataUrl } from "./data-url.ts";
import { FaceError } from "./face-error.ts";

const PREFIX = "data:image/jpeg;base64,";

Deno.test("the bytes of a JPEG data URL come back", () => {
  const bytes = new Uint8Array([255, 216, 255, 0, 1, 2, 3]);
  assertEquals(jpegFromDataUrl(PREFIX + bytes.toBase64()), bytes);
});

Deno.test("everything else is refused by name", () => {
  const refused: [string, string][] = [
    ["", "image-empty"],
    [PREFIX, "image-empty"],
    ["data:image/png;base64,AAAA", "image-type"],
    ["https://example.com/me.jpg", "image-type"],
    ["AAAA", "image-type"],
    [PREFIX + "not base64!", "image-broken"],
    [PREFIX + "A".repeat(4_000_000), "image-too-large"],
  ];
  for (const [url, code] of refused) {
    assertEquals(
      assertThrows(() => jpegFromDataUrl(url), FaceError).code,
      code,
    );
  }
});
