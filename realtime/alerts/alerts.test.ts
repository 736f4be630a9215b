import { afterAll, beforeAll, expect, test } from "bun:test";
import { until } from "../log/testing.ts";
import type {
  AlertPage,
  Alerts,
  Nudge,
  NudgeAnswer,
  Positions,
} from "../protocol-http.ts";
import { startTestServer, type TestServer } from "../tests/testing.ts";

const nudges: Nudge[] = [];
let answer: () => Promise<NudgeAnswer> = () => Promise.resolve({ again: null });
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    nudge: (_token, nudge) => {
      nudges.push(nudge);
      return answer();
    },
  });
});
afterAll(() => server.stop());

const BEN = { id: "ben", name: "Ben" };
const ask = async <T>(path: string, body?: object): Promise<T> => {
  const init = body ? { method: "POST", body: JSON.stringify(body) } : {};
  const token = await server.issuer.serviceToken();
  return await (await server.call(path, token, init)).json() as T;
};
const noted = async () =>
  (await ask<Alerts>("/alerts")).alerts.map(({ roomId }) => roomId);
async function room(id: string, loud = false) {
  const members = { ann: "member", ben: "member" } as const;
  await server.handOver(id, { version: Date.now(), members, loud });
  return await server.enter("ann", id);
}
const chat = (
  socket: Awaited<ReturnType<typeof room>>,
  roomId: string,
  content: string,
  mentions?: object[],
) =>
  socket.send({
    ...{ event: "chat-message", roomId },
    message: { clientId: crypto.randomUUID(), content, mentions },
  });

test("a mention is noted and web nudged; what calls nobody is not", async () => {
  const ann = await room("a");
  await until(() => nudges.length > 0);
  nudges.length = 0;
  chat(ann, "a", "Nobody");
  await ann.next("new-message");
  expect(await noted()).not.toContain("a");
  expect(nudges).toHaveLength(0);
  chat(ann, "a", "@Ben", [BEN]);
  const { message } = await ann.next("new-message");
  await until(() => nudges.length > 0);
  expect(await noted()).toContain("a");
  const page = await ask<AlertPage>("/rooms/a/alerts");
  expect(page).toMatchObject({ offset: 2, more: false });
  expect(page.messages.at(-1)).toMatchObject({
    ...{ id: message.id, offset: 2, sender: "ann", mentions: ["ben"] },
  });
  const { epoch, offset } = page;
  const rest = `/rooms/a/alerts?after=${offset}&epoch=${epoch}`;
  expect((await ask<AlertPage>(rest)).messages).toEqual([]);
  ann.send({
    ...{ event: "edit-message", roomId: "a", clientId: "e" },
    ...{ id: message.id, content: "Yes, @Ben", mentions: [BEN] },
  });
  await ann.next("message-edited");
  expect((await ask<AlertPage>(rest)).messages).toMatchObject([
    { id: message.id, offset: 2, edited: true },
  ]);
});

test("what an admin deletes of somebody else's is noted and told of; what its writer deletes is not", async () => {
  const members = { ann: "admin", ben: "member" } as const;
  await server.handOver("removals", { version: Date.now(), members });
  const ann = await server.enter("ann", "removals");
  const ben = await server.enter("ben", "removals");
  const said = async (content: string) => {
    chat(ben, "removals", content);
    return (await ann.next("new-message")).message.id;
  };
  const [rude, own] = [await said("Rude"), await said("A slip")];
  const remove = async (who: typeof ann, id: string) => {
    const clientId = crypto.randomUUID();
    who.send({ event: "delete-message", roomId: "removals", clientId, id });
    await ann.next("message-deleted");
  };
  await remove(ben, own);
  expect(await noted()).not.toContain("removals");
  nudges.length = 0;
  await remove(ann, rude);
  await until(() => nudges.length > 0);
  expect(await noted()).toContain("removals");
  // What is gone is not deleted anew, by whomever.
  await Bun.sleep(2);
  await remove(ann, own);
  const { removals } = await ask<AlertPage>("/rooms/removals/alerts");
  expect(removals).toEqual([
    { id: rude, by: "ann", sender: "ben", timestamp: expect.any(Number) },
  ]);
});

test("in a loud room every message is noted, by socket and by HTTP", async () => {
  const ann = await room("loud", true);
  nudges.length = 0;
  chat(ann, "loud", "Nobody");
  await ann.next("new-message");
  await until(() => nudges.length > 0);
  expect(await noted()).toContain("loud");
  nudges.length = 0;
  const token = await server.issuer.personToken("ann", {});
  const body = JSON.stringify({ clientId: "h", content: "By HTTP" });
  await server.call("/rooms/loud/messages", token, { method: "POST", body });
  await until(() => nudges.length > 0);
});

test("who reads on in a room with alerts is told of, and how far is asked", async () => {
  const ann = await room("read");
  chat(ann, "read", "@Ben", [BEN]);
  await ann.next("new-message");
  const ben = await server.enter("ben", "read");
  ben.send({ event: "read", roomId: "read", offset: 1 });
  await until(() =>
    nudges.some(({ reads }) =>
      reads.some(([id, who]) => id + who === "readben")
    )
  );
  const { positions } = await ask<Positions>("/rooms/read/positions", {
    people: ["ben", "cy"],
  });
  expect(positions).toEqual({ ben: 1, cy: 0 });
});

test("web is called again when it says so, and after a failure", async () => {
  const ann = await room("again");
  let calls = 0;
  answer = () => {
    calls += 1;
    if (calls === 1) return Promise.reject(new Error("down"));
    return Promise.resolve({ again: calls === 2 ? 60 : null });
  };
  chat(ann, "again", "@Ben", [BEN]);
  await until(() => calls === 3);
});

test("a room that is noted after hundreds of others is given as well, and how far its log is", async () => {
  for (let i = 0; i < 300; i++) await server.hub.log.noteAlert(`other-${i}`);
  const ann = await room("late");
  chat(ann, "late", "@Ben", [BEN]);
  await ann.next("new-message");
  const { epoch } = await ask<AlertPage>("/rooms/late/alerts");
  const { alerts } = await ask<Alerts>("/alerts");
  expect(alerts.find(({ roomId }) => roomId === "late"))
    .toMatchObject({ epoch, offset: 1 });
});

test("only web may ask", async () => {
  const token = await server.issuer.personToken("ann", { a: "member" });
  for (const path of ["/alerts", "/rooms/a/alerts"]) {
    expect((await server.call(path, token)).status).toBe(403);
  }
  for (const path of ["/alerts/taken", "/rooms/a/positions"]) {
    const init = { method: "POST", body: "{}" };
    expect((await server.call(path, token, init)).status).toBe(403);
  }
});
