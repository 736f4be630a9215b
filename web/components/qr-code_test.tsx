import { assertEquals } from "@std/assert";
import { render } from "preact-render-to-string";
import { encode } from "uqr";
import { QrCode } from "./QrCode.tsx";

Deno.test("a QR code is drawn with every module where it belongs", () => {
  const text = "https://chat.acme.net/join/" + "x".repeat(43);
  const svg = render(<QrCode text={text} label="It" />);
  const path = svg.match(/ d="([^"]+)"/)![1];
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const drawn = Array.from({ length: size }, () => Array(size).fill(false));
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    drawn[+y].fill(true, +x, +x + +run);
  }
  assertEquals(drawn, data);
  // The quiet zone, and the corner of a finder pattern.
  assertEquals([data[3][3], data[4][4], data[10][10]], [false, true, true]);
});
