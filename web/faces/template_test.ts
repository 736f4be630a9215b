import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeTemplate,
  descriptorDistance,
  encodeTemplate,
  meanDescriptor,
} from "./template.ts";

const descriptor = fc.float32Array({
  minLength: 128,
  maxLength: 128,
  noNaN: true,
  min: -1,
  max: 1,
});

Deno.test("a template holds its descriptor exactly", () => {
  fc.assert(fc.property(descriptor, (each) => {
    assertEquals(decodeTemplate(encodeTemplate(each)), each);
  }));
});

Deno.test("a template can be read wherever its bytes lie", () => {
  const each = Float32Array.from({ length: 128 }, (_, i) => i / 128);
  const around = new Uint8Array(600);
  around.set(encodeTemplate(each), 3);
  assertEquals(decodeTemplate(around.subarray(3, 516)), each);
});

Deno.test("what another engine or version made is not read", () => {
  const bytes = encodeTemplate(new Float32Array(128));
  assertEquals(decodeTemplate(bytes.subarray(1)), null);
  assertEquals(decodeTemplate(new Uint8Array()), null);
  bytes[0] = 2;
  assertEquals(decodeTemplate(bytes), null);
});

Deno.test("the mean lies no further from any than the furthest pair", () => {
  fc.assert(fc.property(descriptor, descriptor, (a, b) => {
    const mean = meanDescriptor([a, b]);
    const half = descriptorDistance(a, b) / 2;
    assert(Math.abs(descriptorDistance(a, mean) - half) < 1e-4);
    assert(Math.abs(descriptorDistance(b, mean) - half) < 1e-4);
  }));
});
