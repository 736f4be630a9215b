import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeTemplate,
  descriptorDistance,
  encodeTemplate,
  meanDescriptor,
  toUnit,
} from "./template.ts";

const descriptor = fc.float32Array({
  minLength: 512,
  maxLength: 512,
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
  const each = Float32Array.from({ length: 512 }, (_, i) => i / 512);
  const around = new Uint8Array(2100);
  around.set(encodeTemplate(each), 3);
  assertEquals(decodeTemplate(around.subarray(3, 2052)), each);
});

Deno.test("what another engine or version made is not read", () => {
  const bytes = encodeTemplate(new Float32Array(512));
  assertEquals(decodeTemplate(bytes.subarray(1)), null);
  assertEquals(decodeTemplate(new Uint8Array()), null);
  bytes[0] = 1;
  assertEquals(decodeTemplate(bytes), null);
});

Deno.test("the middle of two lies nearer to each than they lie to each other", () => {
  const unit = descriptor.filter((each) => Math.hypot(...each) > 0.1).map(
    toUnit,
  );
  fc.assert(fc.property(unit, unit, (a, b) => {
    const apart = descriptorDistance(a, b);
    // Opposite directions have no middle.
    fc.pre(apart < 1.9);
    const middle = meanDescriptor([a, b]);
    assert(Math.abs(Math.hypot(...middle) - 1) < 1e-4);
    assert(descriptorDistance(a, middle) < apart / 1.4 + 1e-3);
    assert(descriptorDistance(b, middle) < apart / 1.4 + 1e-3);
  }));
});
