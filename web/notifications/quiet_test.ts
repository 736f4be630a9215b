import { assertEquals } from "@std/assert";
import { tomorrow, undisturbedUntil } from "./quiet.ts";

const at = (text: string) => Date.parse(text);
const until = (time: string, from: number, to: number, zone: string) =>
  new Date(
    undisturbedUntil(
      { quiet: { from: from * 60, to: to * 60, zone } },
      at(time),
    ),
  ).toISOString();

Deno.test("quiet hours are those of the clock where somebody is", () => {
  const berlin = (time: string) => until(time, 22, 7, "Europe/Berlin");
  assertEquals(berlin("2026-01-10T12:00:00Z"), "2026-01-10T12:00:00.000Z");
  assertEquals(berlin("2026-01-10T21:00:00Z"), "2026-01-11T06:00:00.000Z");
  assertEquals(berlin("2026-07-10T21:00:00Z"), "2026-07-11T05:00:00.000Z");
  assertEquals(berlin("2026-07-10T05:00:00Z"), "2026-07-10T05:00:00.000Z");
  const noon = until("2026-01-10T12:30:30Z", 12, 13, "UTC");
  assertEquals(noon, "2026-01-10T13:00:00.000Z");
});

Deno.test("quiet hours are right in nights in which clocks change", () => {
  // Spring 2026: 02:00 is 03:00 on 29 March. Autumn: 03:00 is 02:00 on 25 October.
  const berlin = (time: string, from: number, to: number) =>
    until(time, from, to, "Europe/Berlin");
  assertEquals(
    berlin("2026-03-28T22:00:00Z", 22, 7),
    "2026-03-29T05:00:00.000Z",
  );
  assertEquals(
    berlin("2026-10-24T22:00:00Z", 22, 7),
    "2026-10-25T06:00:00.000Z",
  );
  // Hours that are left out are over at once, and those that come twice are quiet twice.
  assertEquals(
    berlin("2026-03-29T01:00:00Z", 2, 3),
    "2026-03-29T01:00:00.000Z",
  );
  assertEquals(
    berlin("2026-10-25T00:10:00Z", 2, 3),
    "2026-10-25T02:00:00.000Z",
  );
  const lordHowe = until("2026-04-04T14:50:00Z", 1, 2, "Australia/Lord_Howe");
  assertEquals(lordHowe, "2026-04-04T15:30:00.000Z");
});

Deno.test("a pause comes before quiet hours, and both end together", () => {
  const quiet = { from: 22 * 60, to: 7 * 60, zone: "UTC" };
  const time = at("2026-01-10T20:00:00Z");
  const pausedUntil = at("2026-01-10T21:00:00Z");
  assertEquals(undisturbedUntil({ pausedUntil }, time), pausedUntil);
  assertEquals(undisturbedUntil({ pausedUntil, quiet }, time), pausedUntil);
  const late = at("2026-01-10T23:00:00Z");
  assertEquals(
    undisturbedUntil({ pausedUntil: late, quiet }, time),
    at("2026-01-11T07:00:00Z"),
  );
  assertEquals(undisturbedUntil({ pausedUntil: 1 }, time), time);
});

Deno.test("tomorrow begins at midnight, also on long days", () => {
  const next = (time: string, zone: string) =>
    new Date(tomorrow(at(time), zone)).toISOString();
  assertEquals(next("2026-01-10T12:00:00Z", "UTC"), "2026-01-11T00:00:00.000Z");
  assertEquals(
    next("2026-10-24T22:30:00Z", "Europe/Berlin"),
    "2026-10-25T23:00:00.000Z",
  );
});

Deno.test("what writes times of zones is kept for some of them, and not for all that people have", () => {
  const made: string[] = [];
  const real = Intl.DateTimeFormat;
  Intl.DateTimeFormat = new Proxy(real, {
    construct(target, args: [string, { timeZone: string }]) {
      made.push(args[1].timeZone);
      return new target(...args);
    },
  });
  try {
    const zones = Array.from(
      { length: 300 },
      (_, n) =>
        `+${10 + Math.floor(n / 60)}:${String(n % 60).padStart(2, "0")}`,
    );
    for (const zone of [...zones, zones[0]]) {
      until("2026-01-10T21:00:00Z", 22, 7, zone);
    }
    // One each, though each is looked at more than once; the first was forgotten meanwhile.
    assertEquals(made, [...zones, zones[0]]);
  } finally {
    Intl.DateTimeFormat = real;
  }
});
