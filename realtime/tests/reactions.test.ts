import { afterAll, beforeAll, expect, test } from "bun:test";
import { entryId } from "../log/entry.ts";
import { draft } from "../log/testing.ts";
import { LIMITS } from "../protocol.ts";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer;
beforeAll(async () => server = await startTestServer());
afterAll(() => server.stop());

/** As many different emoji as wanted. */
const emojis = Array.from(
  { length: 80 },
  (_, i) => String.fromCodePoint(0x1f400 + i),
).filter((emoji) => /^\p{RGI_Emoji}$/v.test(emoji));
const frame = (id: string, emoji: string, i: number, on = true) => ({
  event: "react",
  roomId: "r",
  clientId: `c${i}-${emoji.codePointAt(0)}`,
  id,
  emoji,
  on,
});

async function message(clientId: string): Promise<string> {
  const { epoch, offset } = await server.hub.log.append(
    draft("r", clientId, "hello"),
  );
  return entryId(epoch, offset);
}
const reactionsTo = async (id: string) =>
  (await server.hub.log.find("r", id))?.reactions ?? {};

test("one person reacts to a message in so many ways, from however many sockets", async () => {
  const id = await message("m1");
  const sockets = await Promise.all(
    Array.from({ length: 5 }, () => server.enter("ann", "r")),
  );
  for (const [i, emoji] of emojis.slice(0, 20).entries()) {
    sockets[i % 5]!.send(frame(id, emoji, i));
  }
  const codes = (await Promise.all(sockets.map(async (socket) => {
    const answers: string[] = [];
    while (answers.length < 4) {
      answers.push(
        ...socket.frames.splice(0).flatMap((it) =>
          it.event === "error"
            ? it.code
            : it.event === "message-ack"
            ? "ok"
            : []
        ),
      );
      await Bun.sleep(5);
    }
    return answers;
  }))).flat();
  expect(codes.filter((code) => code === "ok").length).toBe(12);
  expect(codes.filter((code) => code === "too-many-reactions").length).toBe(8);
  expect(Object.keys(await reactionsTo(id)).length).toBe(LIMITS.reactionsEach);
});

test("one taken back makes room, and one that is there can be given again", async () => {
  const id = await message("m2");
  const ann = await server.enter("another", "r");
  for (const [i, emoji] of emojis.slice(0, 12).entries()) {
    ann.send(frame(id, emoji, i));
    await ann.next("message-ack");
  }
  ann.send(frame(id, emojis[12]!, 12));
  expect((await ann.next("error")).code).toBe("too-many-reactions");
  ann.send(frame(id, emojis[0]!, 13));
  await ann.next("message-ack");
  ann.send(frame(id, emojis[0]!, 14, false));
  await ann.next("message-ack");
  ann.send(frame(id, emojis[12]!, 15));
  await ann.next("message-ack");
  expect(Object.keys(await reactionsTo(id)).length).toBe(12);
});

test("a message has so many different reactions, and anyone may join in one", async () => {
  const id = await message("m3");
  for (let person = 0; person < 5; person++) {
    const one = await server.enter(`person-${person}`, "r");
    for (const emoji of emojis.slice(person * 12, person * 12 + 12)) {
      if (emojis.indexOf(emoji) >= 50) break;
      one.send(frame(id, emoji, person));
      await one.next("message-ack");
    }
  }
  const late = await server.enter("late", "r");
  late.send(frame(id, emojis[60]!, 0));
  expect((await late.next("error")).code).toBe("too-many-reactions");
  late.send(frame(id, emojis[0]!, 1));
  await late.next("message-ack");
  expect(Object.keys(await reactionsTo(id)).length).toBe(LIMITS.reactions);
});
