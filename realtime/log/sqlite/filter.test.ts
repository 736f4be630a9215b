import { expect, test } from "bun:test";
import { FingerprintFilter } from "./filter.ts";
import { Fingerprints } from "./fingerprints.ts";
import { openDatabase } from "./schema.ts";

const random = () => Math.floor(Math.random() * 2 ** 53);
const some = (count: number) => Array.from({ length: count }, random);

/** A table with these fingerprints, and a filter that has read none of it. */
function open(old: number[], ...bits: number[]) {
  const db = openDatabase(":memory:");
  new Fingerprints(db);
  const insert = db.query("INSERT INTO fingerprints VALUES (?, 1)");
  for (const each of old) insert.run(each);
  const young: number[] = [];
  const filter = new FingerprintFilter(db, () => young, ...bits);
  const add = (...fingerprints: number[]) => {
    young.push(...fingerprints);
    for (const each of fingerprints) filter.add(each);
    filter.readOn();
    // Other commits add nothing.
    filter.readOn();
  };
  return { db, filter, add };
}

test("knows what the table has, and that nearly all else is new", () => {
  const [old, young] = [some(2_000), some(2_000)];
  const { filter, add } = open(old, 2 ** 12);
  for (const each of young) add(each);
  expect([...old, ...young].every((each) => filter.mayHave(each))).toBe(true);
  const maybe = some(1_000).filter((each) => filter.mayHave(each));
  expect(maybe.length).toBeLessThan(100);
});

test("says nothing is new before it has read the table, or when it is too large", () => {
  const [fresh = 0, first = 0, ...later] = some(100);
  const large = open(some(100));
  large.add(first);
  expect(large.filter.mayHave(fresh)).toBe(true);
  for (const each of later) large.add(each);
  expect(large.filter.mayHave(fresh)).toBe(false);
  const small = open([], 32, 128);
  small.add(first);
  expect(small.filter.mayHave(fresh)).toBe(false);
  for (const each of later) small.add(each);
  expect(small.filter.mayHave(fresh)).toBe(true);
});

test("a table that cannot be read fails nobody", () => {
  const [fresh = 0, first = 0, second = 0] = some(3);
  const { db, filter, add } = open([], 32);
  add(first);
  expect(filter.mayHave(fresh)).toBe(false);
  db.run("DROP TABLE fingerprints");
  for (const each of [second, ...some(40)]) add(each);
  expect(filter.mayHave(fresh)).toBe(true);
});
