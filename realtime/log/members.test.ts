import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Role } from "../protocol.ts";
import type { RoomLog } from "./log.ts";
import { Recorder, until } from "./testing.ts";
import { eachStore, type Open } from "./testing-stores.ts";

eachStore("copies of members", copies);

function copies(open: Open): void {
  let log: RoomLog;
  const recorder = new Recorder();
  beforeAll(async () => {
    log = await open(recorder);
  });
  afterAll(() => log.close());

  const put = (
    room: string,
    version: number,
    members: Record<string, Role>,
    from: "web" | "asked" = "web",
  ) => log.members.put(room, { version, members }, from);
  const rolesOf = async (user: string, ...rooms: string[]) => {
    const standings = await log.members.standings(user, rooms);
    return Object.fromEntries(
      Object.entries(standings).map(([id, { role }]) => [id, role]),
    );
  };
  const changesOf = (room: string) =>
    recorder.changes.filter(({ roomId }) => roomId === room)
      .map(({ roomId: _, ...change }) => change);

  test("say who is in a room, and in which rooms somebody is", async () => {
    expect(await rolesOf("ann", "a1")).toEqual({});
    await put("a1", 1, { ann: "admin", ben: "member" });
    await put("a2", 5, { ben: "member" });
    expect(await rolesOf("ann", "a1", "a2", "a3")).toEqual({
      a1: "admin",
      a2: null,
    });
    expect((await log.members.roomsOf("ben")).sort()).toEqual(["a1", "a2"]);
    const { a1 } = await log.members.standings("ann", ["a1"]);
    expect(a1?.version).toBe(1);
    expect(Math.abs(Date.now() - (a1?.checkedAt ?? 0))).toBeLessThan(60_000);
  });

  test("tell every instance who is different, and nothing where nobody is", async () => {
    await put("b", 1, { ann: "admin", ben: "member" });
    await until(() => changesOf("b").length === 1);
    await put("b", 4, { ann: "member", cy: "admin" });
    await until(() => changesOf("b").length === 2);
    await put("b", 5, { ann: "member", cy: "admin" }, "asked");
    await put("b", 5, { ann: "member", cy: "admin" }, "asked");
    await put("b", 6, {});
    await until(() => changesOf("b").length >= 3);
    expect(changesOf("b")).toEqual([
      { before: -1, version: 1, changed: { ann: "admin", ben: "member" } },
      {
        before: 1,
        version: 4,
        changed: { ann: "member", ben: null, cy: "admin" },
      },
      { before: 5, version: 6, changed: { ann: null, cy: null } },
    ]);
    expect(await log.members.roomsOf("cy")).toEqual([]);
  });

  test("keep what is newer, in whatever order lists come", async () => {
    const lists: [number, Record<string, Role>][] = [
      [1, { dan: "admin", eve: "member" }],
      [2, { dan: "admin" }],
      [3, { dan: "admin", eve: "admin" }],
      [4, { dan: "admin" }],
    ];
    const orders = [[3, 1, 2, 0], [0, 3, 2, 1], [2, 3, 0, 1]];
    for (const [i, order] of orders.entries()) {
      const room = `c${i}`;
      for (const at of order) await put(room, ...lists[at]!);
      expect(await rolesOf("eve", room)).toEqual({ [room]: null });
    }
    await Promise.all(lists.map((list) => put("c9", ...list)));
    expect(await rolesOf("eve", "c9")).toEqual({ c9: null });
    expect(await log.members.roomsOf("eve")).toEqual([]);
    expect((await log.members.roomsOf("dan")).sort())
      .toEqual(["c0", "c1", "c2", "c9"]);
  });

  test("told again, as after a crash, have every instance look again", async () => {
    await put("d", 2, { ann: "admin" });
    await until(() => changesOf("d").length === 1);
    await put("d", 2, { ann: "admin" });
    await until(() => changesOf("d").length === 2);
    expect(changesOf("d")[1]).toEqual({ before: 2, version: 2 });
  });

  test("let go of one person, unless they are of another version by now", async () => {
    await put("e", 7, { ann: "admin", fay: "member" });
    await log.members.drop("e", "fay", 6);
    expect(await rolesOf("fay", "e")).toEqual({ e: "member" });
    await log.members.drop("e", "fay", 7);
    expect(await rolesOf("fay", "e")).toEqual({ e: null });
    expect(await log.members.roomsOf("fay")).toEqual([]);
    await put("e", 8, { ann: "admin", fay: "member" });
    expect(await log.members.roomsOf("fay")).toEqual(["e"]);
  });

  test("of a room that ended, keep older lists away", async () => {
    await put("f", 3, { ann: "admin" });
    const ended = { version: 4, members: {}, ended: true };
    await log.members.put("f", ended, "web");
    await put("f", 3, { ann: "admin" });
    expect(await rolesOf("ann", "f")).toEqual({ f: null });
  });

  test("take what is different where it follows on, and say where it does not", async () => {
    const update = (
      version: number,
      after: number[],
      changed: Record<string, Role | null>,
      loud = false,
    ) => log.members.update("u", { version, after, changed, loud });
    expect(await update(2, [1], { ann: "admin" })).toBe(false);
    await put("u", 1, { ann: "admin", bea: "member" });
    await until(() => changesOf("u").length === 1);
    expect(await update(4, [2, 3], { cyd: "member" })).toBe(false);
    expect(await rolesOf("cyd", "u")).toEqual({ u: null });
    const changed = { bea: null, cyd: "member", ann: "admin" } as const;
    expect(await update(5, [0, 1, 3], changed, true)).toBe(true);
    await until(() => changesOf("u").length === 2);
    expect(changesOf("u")[1]).toEqual({
      ...{ before: 1, version: 5, loud: true },
      changed: { bea: null, cyd: "member" },
    });
    expect(await log.members.membersOf("u")).toEqual(["ann", "cyd"]);
    expect(await log.members.roomsOf("bea")).toEqual([]);
    expect(await log.members.roomsOf("cyd")).toEqual(["u"]);
    const { u } = await log.members.standings("cyd", ["u"]);
    expect(u).toMatchObject({ version: 5, role: "member", loud: true });
    // Told again, as after a crash; and what is older changes nothing.
    expect(await update(5, [1], changed, true)).toBe(true);
    await until(() => changesOf("u").length === 3);
    expect(changesOf("u")[2]).toEqual({ before: 5, version: 5 });
    expect(await update(3, [1], { cyd: null })).toBe(true);
    expect(await rolesOf("cyd", "u")).toEqual({ u: "member" });
    expect(changesOf("u")).toHaveLength(3);
  });

  test("what is late takes no room from whoever is in it again by now", async () => {
    const members = { ann: "admin", gus: "member" } as const;
    const gone = (version: number) => ({
      ...{ version, after: [version - 1], changed: { gus: null } },
    });
    const late: Record<string, (room: string) => Promise<unknown>> = {
      w1: (room) => log.members.update(room, gone(3)),
      w2: (room) => log.members.drop(room, "gus", 2),
      w3: (room) => put(room, 3, { ann: "admin" }),
    };
    for (const [room, tell] of Object.entries(late)) {
      await put(room, 2, members);
      await put(room, 4, members);
      await tell(room);
      await put(room, 5, members);
      await Promise.all([
        ...[log.members.update(room, gone(6)), put(room, 6, { ann: "admin" })],
        put(room, 7, members),
      ]);
      expect(await rolesOf("gus", room)).toEqual({ [room]: "member" });
    }
    // A change that does not follow on changes nothing: the list comes next.
    await put("w4", 2, members);
    expect(await log.members.update("w4", gone(4))).toBe(false);
    await put("w4", 5, members);
    const rooms = await log.members.roomsOf("gus");
    expect(rooms.sort()).toEqual(["w1", "w2", "w3", "w4"]);
  });

  test("of a room that ended, take no change", async () => {
    await put("v", 3, { ann: "admin" });
    await log.members.put("v", { version: 4, members: {}, ended: true }, "web");
    const late = {
      version: 3,
      after: [2],
      changed: { ben: "member" },
    } as const;
    expect(await log.members.update("v", { ...late, after: [2] })).toBe(true);
    expect(await rolesOf("ben", "v")).toEqual({ v: null });
  });

  test(
    "hold 10,000 members of a room, and 5,000 rooms of a person",
    async () => {
      const crowd = Object.fromEntries(
        Array.from({ length: 10_000 }, (_, i) => [`m${i}`, "member" as const]),
      );
      await put("big", 1, crowd);
      await until(() => changesOf("big").length === 1);
      await put("big", 2, { ...crowd, m1: "admin" });
      expect(await rolesOf("m9999", "big")).toEqual({ big: "member" });
      await until(() => changesOf("big").length === 2);
      expect(changesOf("big")[1]?.changed).toEqual({ m1: "admin" });
      const came = {
        version: 3,
        after: [2],
        changed: { m0: null, new: "member" },
      };
      expect(await log.members.update("big", came as never)).toBe(true);
      await until(() => changesOf("big").length === 3);
      expect(changesOf("big")[2]?.changed).toEqual({ m0: null, new: "member" });
      expect(await log.members.membersOf("big")).toHaveLength(10_000);
      const ids = Array.from({ length: 5_000 }, (_, i) => `r${i}`);
      for (let from = 0; from < ids.length; from += 100) {
        const some = ids.slice(from, from + 100);
        await Promise.all(some.map((id) => put(id, 1, { many: "member" })));
      }
      expect(await log.members.roomsOf("many")).toHaveLength(5_000);
      const roles = await rolesOf("many", ...ids);
      expect(Object.keys(roles)).toHaveLength(5_000);
    },
    60_000,
  );
}
