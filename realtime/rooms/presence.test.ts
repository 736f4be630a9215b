import { expect, test } from "bun:test";
import { Presence } from "./presence.ts";

const person = (id: string) => ({ id, name: `Name of ${id}` });
const idsOf = (presence: Presence) => presence.online().map(({ id }) => id);

test("a person is there until their last socket has gone", () => {
  const presence = new Presence();
  expect(presence.enter(person("ann"))).toBe(true);
  expect(presence.enter(person("ann"))).toBe(false);
  expect(presence.leave("ann")).toBe(false);
  expect(idsOf(presence)).toEqual(["ann"]);
  expect(presence.leave("ann")).toBe(true);
  expect(presence.leave("ann")).toBe(false);
  expect(idsOf(presence)).toEqual([]);
});

test("tells each person once, whichever instances they are on", () => {
  const presence = new Presence();
  presence.enter(person("cy"));
  expect(presence.hear("two", [person("ben"), person("cy")])).toBe(true);
  expect(presence.hear("two", [person("ben"), person("cy")])).toBe(false);
  presence.hear("three", [person("ann")]);
  expect(idsOf(presence)).toEqual(["ann", "ben", "cy"]);
  expect(presence.hear("two", [])).toBe(true);
  expect(idsOf(presence)).toEqual(["ann", "cy"]);
});

test("those of an instance that was killed are gone when it has been silent", () => {
  const presence = new Presence();
  presence.enter(person("ann"));
  presence.hear("killed", [person("ben")], 0);
  presence.hear("alive", [person("cy")], 0);
  // Each instance repeats itself every 10 s.
  presence.hear("alive", [person("cy")], 20_000);
  expect(presence.expire(25_000)).toBe(false);
  expect(idsOf(presence)).toEqual(["ann", "ben", "cy"]);
  expect(presence.expire(25_001)).toBe(true);
  expect(idsOf(presence)).toEqual(["ann", "cy"]);
  expect(presence.expire(25_002)).toBe(false);
});
