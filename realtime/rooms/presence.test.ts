import { expect, test } from "bun:test";
import { Presence } from "./presence.ts";
import { EVERYONE, REMOVAL_MEMORY, Removals } from "../access/removals.ts";

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

const token = (issuedAt: number, ...rooms: string[]) => ({
  id: "ann",
  sender: person("ann"),
  rooms: new Map(rooms.map((id) => [id, "member" as const])),
  issuedAt,
  expiresAt: Number.POSITIVE_INFINITY,
});

test("a removal stands against tokens from before it, and no others", () => {
  const removals = new Removals();
  removals.hear({ roomId: "r", userId: "ann", removed: true, at: 5_500 });
  removals.hear({ roomId: "s", userId: "ben", removed: true, at: 5_500 });
  const rooms = (issuedAt: number) => [
    ...removals.apply(token(issuedAt, "r", "s")).rooms.keys(),
  ];
  expect(rooms(4)).toEqual(["s"]);
  expect(rooms(5)).toEqual(["s"]);
  expect(rooms(6)).toEqual(["r", "s"]);
  removals.hear({ roomId: "r", userId: "ann", removed: false, at: 5_600 });
  expect(rooms(5)).toEqual(["s"]);
  expect(rooms(5.7)).toEqual(["r", "s"]);
});

test("the end of a room is a removal of everyone, also of who was let in again", () => {
  const removals = new Removals();
  removals.hear({ roomId: "r", userId: "ann", removed: true, at: 4_400 });
  removals.hear({ roomId: "r", userId: "ann", removed: false, at: 4_500 });
  removals.hear({ roomId: "r", userId: EVERYONE, removed: true, at: 5_500 });
  expect([...removals.apply(token(5, "r", "s")).rooms.keys()]).toEqual(["s"]);
  removals.forget(5_500 + REMOVAL_MEMORY);
  expect(removals.apply(token(5, "r")).rooms.size).toBe(0);
  removals.forget(5_501 + REMOVAL_MEMORY);
  expect(removals.apply(token(5, "r")).rooms.size).toBe(1);
});
