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
}).map(({ id, content, target, ...origin }): [given: Call, got: Call] => {
  const sender = { id, name: "A name that does not travel: the line has it." };
  const entry = messageEntry({ ...origin, sender }, { content });
  const aimed = target === undefined ? entry : { ...entry, target };
  const { head: _, parts: __, attached: ___, ...rest } = aimed;
  const got = { ...rest, sender: { id, name: "" }, line: lineOf(entry) };
  return [["append", aimed], ["append", got]];
});
const other = fc.tuple(fc.constant("moveRead" as const), text, text, fc.nat())
  .map((call): [given: Call, got: Call] => [call, call]);

test("what is packed comes out as it was", () => {
  fc.assert(fc.property(fc.array(fc.oneof(append, other)), (calls) => {
    expect(unpack(pack(calls.map(([given]) => given))))
      .toEqual(calls.map(([, got]) => got));
  }));
  expect(unpack(pack([]))).toEqual([]);
});
