import { assert, assertEquals } from "@std/assert";
import { render } from "preact-render-to-string";
import type { Clock } from "../client/drawn/times.ts";
import type { RoomEntry } from "../http/pages/room-list.ts";
import { keptMarkup } from "./kept-markup.ts";
import { RoomRow } from "./RoomRow.tsx";
import { RoomSidebar } from "./RoomSidebar.tsx";

const ADA = { id: "ada", name: "Ada" };
const GRACE = { id: "grace", name: "Grace" };
const last = {
  ...{ id: "m1", clientId: "c1", sender: ADA, content: "<b>Hello</b> & you" },
  ...{ timestamp: Date.UTC(2020, 2, 4, 12), offset: 1 },
};
const room: RoomEntry = {
  ...{ id: "r1", name: "Bakery", kind: "closed", createdAt: 1 },
  ...{ createdBy: "ada", memberCount: 2, role: "member" },
  summary: { epoch: "e", offset: 1, read: 1, unread: 0, mentioned: 0, last },
};
/** The same room with one thing changed in each: all that is shown differs. */
const ROOMS: RoomEntry[] = [
  room,
  { ...room, id: "r2" },
  { ...room, name: "Bäckerei" },
  { ...room, kind: "open" },
  { ...room, archivedAt: 2 },
  { ...room, summary: { ...room.summary!, unread: 3 } },
  { ...room, summary: { ...room.summary!, unread: 3, mentioned: 1 } },
];
/** What only the list shows. */
const SAID: RoomEntry[] = [
  { ...room, summary: null },
  { ...room, summary: null, memberCount: 3 },
  ...[
    { ...last, content: "Other words" },
    { ...last, deletedAt: 2 },
    { ...last, timestamp: last.timestamp + 864e5 },
    { ...last, sender: GRACE },
    { ...last, sender: { ...ADA, name: "Adele" } },
  ].map((last) => ({ ...room, summary: { ...room.summary!, last } })),
];
const CLOCKS: Clock[] = [
  { language: "en-GB", zone: "UTC" },
  { language: "de", zone: "UTC" },
  { language: "en-GB", zone: "Pacific/Kiritimati" },
];

const rowsOf = (rooms: RoomEntry[], me: string, clock: Clock) =>
  rooms.map((room) => render(<RoomRow room={room} me={me} clock={clock} />));

Deno.test("a row of the list shows whatever has changed since it was drawn, and to each person their own", () => {
  const rooms = [...ROOMS, ...SAID];
  const drawn = rowsOf(rooms, "bob", CLOCKS[0]);
  assertEquals(new Set(drawn).size, rooms.length);
  assertEquals(rowsOf(rooms, "bob", CLOCKS[0]), drawn);
  const own = [
    ...CLOCKS.map((clock) => rowsOf([room], "ada", clock)[0]),
    rowsOf([room], "grace", CLOCKS[0])[0],
  ];
  assertEquals(new Set(own).size, own.length);
  assert(own[0].includes("<bdi>You</bdi>: <bdi>&lt;b>Hello&lt;/b> &amp; you"));
  assert(own.at(-1)!.includes("<bdi>Ada</bdi>"));
});

Deno.test("the links beside a room show whatever has changed, and which room is open", () => {
  const beside = (rooms: RoomEntry[], current?: string, about?: boolean) =>
    render(
      <RoomSidebar rooms={rooms} current={current} about={about} me={ADA} />,
    );
  // What kind of room it is, and whether it is archived, is not shown there.
  const shown = ROOMS.filter(({ kind, archivedAt }) =>
    kind === "closed" && !archivedAt
  );
  const all = [
    ...shown.map((room) => beside([room])),
    beside([room], "r1"),
    beside([room], "r1", true),
  ];
  assertEquals(new Set(all).size, all.length);
  assertEquals(beside([room]), all[0]);
  assert(beside([room], "r1").includes('aria-current="page"'));
  assert(!beside([room]).includes("aria-current"));
});

Deno.test("what was not asked for longest is drawn again once too much is kept", () => {
  let drawn = 0;
  const ask = (name: string) =>
    keptMarkup(name.padEnd(1_000_000), () => `${drawn++}`);
  ask("used");
  ask("unused");
  for (let n = 0; n < 40; n++) {
    ask(`other ${n}`);
    ask("used");
  }
  assertEquals(drawn, 42);
  ask("unused");
  assertEquals(drawn, 43);
});

Deno.test("what is kept is counted in bytes: a text with one wide character takes twice as many", () => {
  let drawn = 0;
  const ask = (name: string, html = "") =>
    keptMarkup(name.padEnd(1_000_000), () => `${drawn++}${html}`);
  const again = (name: string, html = "") => {
    const before = drawn;
    ask(name, html);
    return drawn > before;
  };
  const some = Array.from({ length: 20 }, (_, n) => n);
  for (const n of some) ask(`narrow ${n}`);
  assertEquals(some.map((n) => again(`narrow ${n}`)).some(Boolean), false);
  for (const n of some) ask(`wide “${n}”`);
  assertEquals(again("wide “0”"), true);
  const markup = "x".repeat(1_000_000);
  for (const n of some.slice(0, 12)) ask(`marked up ${n}`, markup + "👍");
  assertEquals(again("marked up 0", markup + "👍"), true);
});
