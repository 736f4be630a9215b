import { afterAll, beforeAll, expect, test } from "bun:test";
import { EVERYONE, type Parts } from "../protocol.ts";
import type { RoomLog } from "./log.ts";
import { messageEntry } from "./making.ts";
import { Recorder } from "./testing.ts";
import { amend, eachStore, type Open } from "./testing-stores.ts";

eachStore("mentions", mentions);

function mentions(open: Open): void {
  let log: RoomLog;
  beforeAll(async () => {
    log = await open(new Recorder());
  });
  afterAll(() => log.close());

  const call = (...ids: string[]) => ids.map((id) => ({ id, name: `Name]"}` }));
  const say = (room: string, clientId: string, said: Partial<Parts>) =>
    log.append(messageEntry(
      {
        ...{ roomId: room, clientId, timestamp: 1_000 },
        sender: { id: "ann", name: "Ann" },
      },
      { content: "Hello", ...said },
    ));
  const countsOf = async (user: string, room: string) => {
    const { [room]: sum } = await log.summaries(user, [room]);
    return [sum?.unread, sum?.mentioned];
  };

  test("come with the message, and are counted for whom they mean", async () => {
    await say("a", "1", { mentions: call("ben", "cy") });
    await say("a", "2", { content: '"mentions":[{"id":"ben"}]' });
    await say("a", "3", { mentions: call(EVERYONE) });
    await say("a", "4", {});
    const { messages } = await log.page("a", { limit: 9 });
    expect(messages.map((it) => it.mentions)).toEqual([
      call("ben", "cy"),
      undefined,
      call(EVERYONE),
      undefined,
    ]);
    expect(await countsOf("ben", "a")).toEqual([4, 2]);
    expect(await countsOf("dan", "a")).toEqual([4, 1]);
    expect(await countsOf("ann", "a")).toEqual([0, 0]);
    await log.markRead("a", "ben", 1);
    expect(await countsOf("ben", "a")).toEqual([3, 1]);
  });

  test("are those of the last edit, and none once the message is deleted", async () => {
    await say("b", "1", { mentions: call("ben") });
    await say("b", "2", {});
    await amend(log, "b", "1", { kind: "e", content: "Nobody" });
    await amend(log, "b", "2", {
      ...{ kind: "e", content: "Cy" },
      mentions: call("cy"),
    });
    expect(await countsOf("ben", "b")).toEqual([2, 0]);
    expect(await countsOf("cy", "b")).toEqual([2, 1]);
    const { messages } = await log.page("b", { limit: 9 });
    expect(messages.map((it) => it.mentions)).toEqual([undefined, call("cy")]);
    await amend(log, "b", "2", { kind: "d" });
    expect(await countsOf("cy", "b")).toEqual([1, 0]);
    const after = await log.page("b", { limit: 9 });
    expect(after.messages[1]?.mentions).toBeUndefined();
  });

  test("are of people whom the copy of the room names", async () => {
    const members = { ann: "admin", ben: "member" } as const;
    await log.members.put("c", { version: 1, members }, "web");
    expect(await log.members.among("c", ["ben", "eve"])).toEqual(["ben"]);
    expect(await log.members.among("c", [])).toEqual([]);
    expect(await log.members.among("none", ["ben"])).toEqual([]);
  });
}
