import { assert, assertEquals } from "@std/assert";
import { agreedTo, consentFor } from "./consent.ts";

const local = { name: "local" } as const;
const rekognition = { name: "rekognition" } as const;

Deno.test("people agree to what happens: measured here, or sent to Amazon", () => {
  assert(consentFor(local).text.includes("kept on this server only"));
  assert(!consentFor(local).text.includes("Amazon"));
  const { text } = consentFor(rekognition);
  assert(text.includes("sends this photo"));
  assert(text.includes("Amazon Rekognition") && text.includes("Amazon S3"));
  assert(!text.includes("this server"));
});

Deno.test("agreeing to one engine, in whatever wording, is not agreeing to another", () => {
  for (const engine of [local, rekognition]) {
    const other = engine === local ? rekognition : local;
    assert(agreedTo(engine, consentFor(engine).version));
    assert(agreedTo(engine, `${engine.name}-2024-01-01`));
    assertEquals(agreedTo(engine, consentFor(other).version), false);
    assertEquals(agreedTo(engine, ""), false);
  }
});
