import { assertEquals } from "@std/assert";
import { entry, ME, openAgainst } from "./testing/open-room.ts";
import { fakeStorage, goLive, joined } from "./testing/server.ts";

Deno.test("an archived room goes on hearing: that it is back, that it is archived when the socket is, and that it is over", () =>
  openAgainst(fakeStorage(), async ({ room, peer, state, states, until }) => {
    const server = await peer(0);
    await goLive(server);
    const { ref, ...archived } = {
      event: "error" as const,
      code: "room-archived",
      message: "It can be read.",
      retryable: false,
      ref: "join-room",
    };
    server.send({ ...archived, ref });
    await until(() => states.at(-1) === "It can be read.");
    server.send(entry(8));
    await until(() => state().messages.length === 1);
    server.send({ event: "membership", roomId: "room", removed: false });
    await until(() => states.at(-1) === "live");
    room.send("late");
    const { message: { clientId } } = await server.got("chat-message");
    server.send({ ...archived, ref: clientId });
    await until(() => states.at(-1) === "It can be read.");
    server.socket.close(4000);
    const again = await peer(1);
    await goLive(again);
    again.send({ ...archived, ref });
    await until(() => states.at(-1) === "It can be read.");
    again.send({ event: "membership", roomId: "room", removed: true });
    await until(() => states.at(-1) === "You are no longer in this room.");
    assertEquals(state().unsent.map(({ status }) => status), ["failed"]);
  }));

Deno.test("what was said earlier in an archived room is read on its page, and nothing of one that ended", async () => {
  const real = globalThis.fetch;
  const asked: string[] = [];
  globalThis.fetch = (address) => {
    asked.push(String(address));
    const page = { messages: [], epoch: "1", offset: 8 };
    return Promise.resolve(Response.json(page));
  };
  try {
    await openAgainst(fakeStorage(), async (test) => {
      const { room, peer, state, states, until } = test;
      const server = await peer(0);
      await goLive(server);
      const about = { id: "m8", clientId: "c8", sender: ME, content: "text" };
      const message = { ...about, timestamp: 1, offset: 8 };
      const fresh = { recovered: false, offset: 8, messages: [message] };
      server.send({ ...joined, ...fresh });
      await until(() => state().more);
      server.send({
        ...{ event: "error", code: "room-archived", ref: "join-room" },
        ...{ message: "It can be read.", retryable: false },
      });
      await until(() => states.at(-1) === "It can be read.");
      await room.more("before");
      assertEquals(asked.length, 1);
      server.send({ ...joined, ...fresh });
      await until(() => state().more);
      server.send({ event: "membership", roomId: "room", removed: true });
      await until(() => states.at(-1) === "You are no longer in this room.");
      await room.more("before");
      assertEquals(asked.length, 1);
    });
  } finally {
    globalThis.fetch = real;
  }
});
