import { afterAll, beforeAll, expect, test } from "bun:test";
import type { RoomLog } from "./log.ts";
import { amendmentEntry, messageEntry } from "./making.ts";
import { Recorder } from "./testing.ts";
import { eachStore, type Open } from "./testing-stores.ts";

eachStore("log, read again,", readAgain);

/** What a page and a summary say must be of this moment, however often they were asked for before. */
function readAgain(open: Open): void {
  let log: RoomLog;
  beforeAll(async () => {
    log = await open(new Recorder());
  });
  afterAll(() => log.close());

  const send = (roomId: string, clientId: string, mentions?: string[]) =>
    log.append(
      messageEntry(
        { roomId, clientId, sender: { id: "ada", name: "Ada" }, timestamp: 1 },
        {
          content: `Words of ${clientId}`,
          mentions: mentions?.map((id) => ({ id, name: id })),
        },
      ),
    );
  const amend = async (
    roomId: string,
    change: Parameters<typeof amendmentEntry>[2],
  ) => {
    const { messages: [target] } = await log.page(roomId, { limit: 50 });
    if (!target) throw new Error("no such message");
    const sender = { id: "ada", name: "Ada" };
    const origin = { roomId, clientId: `${roomId}-${change.kind}`, sender };
    await log.append(
      amendmentEntry({ ...origin, timestamp: 2 }, target, change),
    );
  };
  /** Twice: the second time it may be kept. */
  const now = async (roomId: string) => {
    const looks = [];
    for (let n = 0; n < 2; n += 1) {
      const { messages } = await log.page(roomId, { limit: 50 });
      const { [roomId]: summary } = await log.summaries("grace", [roomId]);
      looks.push({
        texts: messages.map(({ content }) => content),
        last: summary?.last?.content,
        by: summary?.last?.sender.name,
        unread: summary?.unread,
        mentioned: summary?.mentioned,
      });
    }
    expect(looks[1]).toEqual(looks[0]);
    return looks[0];
  };

  test("a message, an edit and a deletion", async () => {
    await send("r1", "c1", ["grace"]);
    expect(await now("r1")).toMatchObject({ unread: 1, mentioned: 1 });
    await amend("r1", { kind: "e", content: "Other words" });
    expect(await now("r1")).toMatchObject({
      texts: ["Other words"],
      last: "Other words",
      unread: 1,
      mentioned: 0,
    });
    await send("r1", "c2");
    expect(await now("r1")).toMatchObject({ last: "Words of c2", unread: 2 });
    await amend("r1", { kind: "d" });
    expect(await now("r1")).toMatchObject({
      texts: ["", "Words of c2"],
      unread: 1,
    });
  });

  test("how far somebody has read, who alone has", async () => {
    await send("r2", "c1");
    expect(await now("r2")).toMatchObject({ unread: 1 });
    const { offset } = await log.page("r2", { limit: 1 });
    await log.markRead("r2", "grace", offset);
    expect(await now("r2")).toMatchObject({ unread: 0 });
    const { r2 } = await log.summaries("alan", ["r2"]);
    expect(r2?.unread).toBe(1);
  });

  test("what is changed in its place: a name, what is too old, a room that ended", async () => {
    await send("r3", "c1");
    expect(await now("r3")).toMatchObject({ by: "Ada", unread: 1 });
    let after: string | undefined;
    do ({ after } = await log.rename("ada", "Gone", after)); while (after);
    expect(await now("r3")).toMatchObject({ by: "Gone" });
    await log.deleteRoom("r3");
    expect(await now("r3")).toMatchObject({ texts: [], unread: 0 });
    await send("r4", "c1");
    await send("r4", "c2");
    expect(await now("r4")).toMatchObject({ unread: 2 });
    // The newest entry stays: it says where the log goes on.
    await log.trim(Date.now());
    expect(await now("r4")).toMatchObject({
      texts: ["Words of c2"],
      unread: 1,
    });
  });
}
