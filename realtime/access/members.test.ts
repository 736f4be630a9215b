import { beforeEach, expect, setSystemTime, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MemberList } from "../protocol-http.ts";
import { SqliteLog } from "../log/sqlite/log.ts";
import { openDatabase } from "../log/sqlite/schema.ts";
import { Recorder, until } from "../log/testing.ts";
import { FRESH, Members } from "./members.ts";

let log: SqliteLog;
let members: Members;
/** What web says, or that it is away. */
let web: Record<string, MemberList> | null;
let asked: string[][];

beforeEach(() => {
  const recorder = new Recorder();
  const folder = mkdtempSync(join(tmpdir(), "members-"));
  log = new SqliteLog(openDatabase(join(folder, "rooms.sqlite")), recorder);
  recorder.membersChanged = (change) => members.changed(change);
  web = {};
  asked = [];
  members = new Members(() => log.members, ({ token }, ids) => {
    asked.push(ids);
    if (!web) return Promise.reject(new Error("away"));
    const known = Object.entries(web)
      .filter(([id, list]) => ids.includes(id) && list.members[token]);
    return Promise.resolve(Object.fromEntries(known));
  });
});

const ann = { id: "ann", token: "ann" };
const ben = { id: "ben", token: "ben" };
const list = (version: number, ...ids: string[]): MemberList => ({
  version,
  members: Object.fromEntries(ids.map((id) => [id, "member" as const])),
});
const codeOf = async (work: () => unknown) => {
  try {
    await work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const after = async (ms: number, work: () => Promise<void>) => {
  setSystemTime(new Date(Date.now() + ms));
  try {
    await work();
  } finally {
    setSystemTime();
  }
};

test("web is asked for a room that is not known, once for all its members", async () => {
  web = { r: list(3, "ann", "ben") };
  expect(await members.roleIn(ann, "r")).toBe("member");
  expect(await members.roleIn(ben, "r")).toBe("member");
  expect(members.roleIn(ben, "r")).toBe("member");
  expect(asked).toEqual([["r"]]);
});

test("a stranger is told the same of any room, and web is not asked each time", async () => {
  web = { r: list(3, "ann") };
  await members.roleIn(ann, "r");
  for (const room of ["r", "nowhere", "r", "nowhere"]) {
    expect(await codeOf(() => members.roleIn(ben, room))).toBe("not-member");
  }
  expect(asked).toEqual([["r"], ["r"], ["nowhere"]]);
  // Whose hand-over is late is let in all the same.
  web = { r: list(4, "ann", "ben") };
  await after(10_001, async () => {
    expect(await members.roleIn(ben, "r")).toBe("member");
  });
});

test("while web is away copies count on, and other rooms are to be tried again", async () => {
  web = { r: list(1, "ann") };
  await members.roleIn(ann, "r");
  web = null;
  expect(await codeOf(() => members.roleIn(ann, "unknown")))
    .toBe("members-unavailable");
  await after(FRESH * 100, async () => {
    expect(await members.roleIn(ann, "r")).toBe("member");
    await until(() => asked.length === 3);
    expect(await members.roleIn(ann, "r")).toBe("member");
  });
});

test("a copy older than five minutes is asked for again when it is used", async () => {
  web = { r: list(1, "ann", "ben") };
  await members.roleIn(ann, "r");
  web = { r: list(2, "ann") };
  expect(await members.roleIn(ben, "r")).toBe("member");
  await after(FRESH + 1, async () => {
    expect(await members.roleIn(ann, "r")).toBe("member");
    await until(() => members.roleNow(ben, "r") === null);
    expect(members.roleIn(ann, "r")).toBe("member");
  });
  expect(asked).toHaveLength(2);
});

test("whoever web no longer names is out when it is asked", async () => {
  web = { r: list(1, "ann", "ben") };
  await members.roleIn(ben, "r");
  web = { r: list(2, "ann") };
  await after(FRESH + 1, async () => {
    await members.roleIn(ben, "r");
    await until(() => members.roleNow(ben, "r") === null);
  });
});

test("what changes while the store is read is not overlooked", async () => {
  await log.members.put("r", list(1, "ann"), "web");
  const { standings } = log.members;
  log.members.standings = async (...which) => {
    log.members.standings = standings;
    const found = await standings(...which);
    await log.members.put("r", list(2), "web");
    return found;
  };
  expect(await codeOf(() => members.roleIn(ann, "r"))).toBe("not-member");
});

test("a change that is heard of late is not taken for the newest", async () => {
  await log.members.put("r", list(5, "ann"), "web");
  await members.roleIn(ann, "r");
  const late = { roomId: "r", before: 3, version: 4, changed: { ann: null } };
  expect(members.changed(late)).toBe(false);
  expect(members.roleNow(ann, "r")).toBe("member");
  expect(members.changed({ ...late, before: 5, version: 6 })).toBe(true);
  expect(members.roleNow(ann, "r")).toBe(null);
});

test("that web wants every message is learned with who came and went", async () => {
  await log.members.put("r", list(1, "ann"), "web");
  expect(await members.roleIn(ann, "r")).toBe("member");
  expect(members.isLoud("r")).toBe(false);
  const loud = { ...list(2, "ann", "ben"), loud: true };
  await log.members.put("r", loud, "web");
  expect(members.roleIn(ann, "r")).toBe("member");
  expect(members.isLoud("r")).toBe(true);
  await log.members.put("r", list(3, "ann"), "web");
  expect(members.isLoud("r")).toBe(false);
});
