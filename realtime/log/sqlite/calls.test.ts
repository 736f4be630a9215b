import { expect, test } from "bun:test";
import fc from "fast-check";
import { lineOf } from "../lines.ts";
import { messageEntry } from "../making.ts";
import { type Call, pack, unpack } from "./calls.ts";

const text = fc.string({ unit: "binary" });
const append = fc.record({
  roomId: text,
  clientId: text,
  id: text,
  content: text,
  timestamp: fc.nat(),
  target: fc.option(fc.nat(), { nil: undefined }),
}).map(({ id, content, target, ...origin }): Call => {
  // A sender's name does not travel: the line has it.
  const from = { ...origin, sender: { id, name: "" } };
  const line = lineOf(messageEntry(from, { content }));
  const entry = { ...from, kind: "m", line };
  return ["append", target === undefined ? entry : { ...entry, target }];
});
const other = fc.tuple(
  fc.constant("moveRead"),
  text,
  text,
  fc.nat(),
) as fc.Arbitrary<Call>;

test("what is packed comes out as it was", () => {
  fc.assert(fc.property(fc.array(fc.oneof(append, other)), (calls) => {
    expect(unpack(pack(calls))).toEqual(calls);
  }));
  expect(unpack(pack([]))).toEqual([]);
});
