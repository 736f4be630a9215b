import { expect, test } from "bun:test";
import { Changes } from "./changes.ts";

test("a message is a change for whoever is in its room, and for nobody else", () => {
  const changes = new Changes();
  const before = changes.moment;
  changes.appended("tea");
  expect(changes.isNow(before)).toBe(false);
  expect(changes.since(before, "ann", ["tea", "jam"])).toBe(true);
  expect(changes.since(before, "ann", ["jam"])).toBe(false);
  expect(changes.since(changes.moment, "ann", ["tea"])).toBe(false);
});

test("what somebody read is a change for them alone", () => {
  const changes = new Changes();
  const before = changes.moment;
  changes.written(["moveRead", "tea", "ann", 4]);
  expect(changes.since(before, "ann", ["tea"])).toBe(true);
  expect(changes.since(before, "ben", ["tea"])).toBe(false);
});

test("who is in a room is a change for whoever is in it", () => {
  for (const operation of ["putMembers", "updateMembers", "dropMember"]) {
    const changes = new Changes();
    const before = changes.moment;
    changes.written([operation, "tea", {}]);
    expect(changes.since(before, "ann", ["tea"])).toBe(true);
    expect(changes.since(before, "ann", ["jam"])).toBe(false);
  }
});

test("what may change anything is a change for everybody", () => {
  const all = ["beginEpoch", "trim", "renameSlice", "restore", "new thing"];
  for (const operation of all) {
    const changes = new Changes();
    const before = changes.moment;
    changes.written([operation]);
    expect(changes.since(before, "ann", [])).toBe(true);
  }
});

test("notes for web change nothing that is read", () => {
  const changes = new Changes();
  const before = changes.moment;
  changes.written(["noteAlert", "tea", 1]);
  expect(changes.isNow(before)).toBe(true);
});

test("a moment of another process, and none, are long ago", () => {
  const changes = new Changes();
  for (const moment of [new Changes().moment, "", "0", `x.${1e9}`]) {
    expect(changes.since(moment, "ann", [])).toBe(true);
  }
});

test("what is forgotten counts as changed", () => {
  const changes = new Changes(2);
  const before = changes.moment;
  for (const roomId of ["a", "b", "c"]) changes.appended(roomId);
  expect(changes.since(before, "ann", ["a"])).toBe(true);
  const later = changes.moment;
  changes.appended("d");
  expect(changes.since(later, "ann", ["a", "c"])).toBe(false);
  expect(changes.since(later, "ann", ["d"])).toBe(true);
});
