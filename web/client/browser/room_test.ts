import { assertEquals, assertNotEquals } from "@std/assert";
import { openPending } from "./pending.ts";
import type { OpenRoom } from "./room.ts";
import { entry, FOREVER, ME, openAgainst } from "./testing/open-room.ts";
import { fakeStorage, goLive, identified, joined } from "./testing/server.ts";

Deno.test("a message written before the connection stands is sent with it", () => {
  const storage = fakeStorage();
  return openAgainst(storage, async ({ room, peer, state, until }) => {
    room.send("early");
    assertEquals(state().unsent.map((u) => u.status), ["sending"]);
    const server = await peer(0);
    await goLive(server);
    const { message } = await server.got("chat-message");
    assertEquals(message.content, "early");
    assertEquals(openPending("me", "room", () => storage).list().length, 1);
    server.send({
      event: "message-ack",
      roomId: "room",
      clientId: message.clientId,
      id: "m8",
      offset: 8,
      timestamp: 1,
    });
    await until(() => state().unsent[0].status === "sent");
    assertEquals(openPending("me", "room", () => storage).list(), []);
    server.send(entry(8, message.clientId));
    await until(() => state().messages.length === 1);
    assertEquals(state().unsent, []);
  });
});

Deno.test("one's own entry is an answer; somebody else's is not", () => {
  const storage = fakeStorage();
  return openAgainst(storage, async ({ room, peer, state, until }) => {
    const server = await peer(0);
    await goLive(server);
    room.send("text");
    const { message } = await server.got("chat-message");
    server.send(entry(8, message.clientId));
    await until(() => state().messages.length === 1);
    assertEquals(state().unsent, []);
    assertEquals(openPending("me", "room", () => storage).list(), []);
    const like = (emoji: string) =>
      room.request({ event: "react", id: "m8", emoji, on: true });
    like("👍");
    like("👀");
    const mine = await server.got("react");
    const reaction = (offset: number, id: string, to: typeof mine) =>
      server.send({
        ...to,
        event: "reaction",
        offset,
        epoch: "1",
        sender: { id, name: id },
        timestamp: 1,
      });
    reaction(9, ME.id, mine);
    const other = await server.got("react", 2);
    reaction(10, "ada", other);
    await until(() => state().offset === 10);
    server.socket.close(4000);
    const again = await peer(1);
    await goLive(again);
    assertEquals(await again.got("react"), other);
    const sent = again.frames.filter(({ event }) => event !== "identify");
    assertEquals(sent.map(({ event }) => event), ["join-room", "react"]);
  });
});

Deno.test("what was not answered is sent again after a reconnect, as the same message", () =>
  openAgainst(fakeStorage(), async ({ room, peer }) => {
    const server = await peer(0);
    await goLive(server);
    room.send("once");
    room.request({ event: "react", id: "m1", emoji: "👍", on: true });
    const first = await server.got("chat-message");
    server.socket.close(4000);
    const again = await peer(1);
    await goLive(again);
    assertEquals(await again.got("chat-message"), first);
    again.send(entry(8, first.message.clientId));
    const reaction = await again.got("react");
    assertNotEquals(first.message.clientId, reaction.clientId);
    again.socket.close(4000);
    const last = await peer(2);
    await goLive(last);
    assertEquals(await last.got("react"), reaction);
  }));

Deno.test("a message left unsent by a closed tab is sent by the next", () => {
  const storage = fakeStorage();
  const kept = {
    clientId: "kept",
    content: "from before",
    timestamp: Date.now(),
  };
  openPending("me", "room", () => storage).keep(kept);
  return openAgainst(storage, async ({ peer, state }) => {
    assertEquals(state().unsent.map((u) => u.content), ["from before"]);
    const server = await peer(0);
    await goLive(server);
    assertEquals((await server.got("chat-message")).message.clientId, "kept");
  });
});

Deno.test("one from long ago waits for the person's word", () => {
  const storage = fakeStorage();
  const pending = openPending("me", "room", () => storage);
  pending.keep({ clientId: "old", content: "yesterday's", timestamp: 1 });
  return openAgainst(storage, async ({ room, peer, state }) => {
    assertEquals(state().unsent.map((u) => u.status), ["failed"]);
    const server = await peer(0);
    await goLive(server);
    room.retry("old");
    assertEquals((await server.got("chat-message")).message.clientId, "old");
    room.discard("old");
    assertEquals(state().unsent, []);
    assertEquals(pending.list(), []);
  });
});

Deno.test("a hole makes it ask for what is missing", () =>
  openAgainst(fakeStorage(), async ({ peer, state, until }) => {
    const server = await peer(0);
    await goLive(server);
    server.send(entry(9));
    const ask = await server.got("join-room", 2);
    assertEquals(ask.since, { epoch: "1", offset: 7 });
    server.send({ ...joined, offset: 9, entries: [entry(8), entry(9)] });
    await until(() => state().offset === 9);
    assertEquals(state().messages.map((m) => m.offset), [8, 9]);
  }));

Deno.test("what is refused for good fails with the server's words, and holds up nothing", () => {
  const storage = fakeStorage();
  return openAgainst(storage, async ({ room, peer, state, until }) => {
    const server = await peer(0);
    await goLive(server);
    room.send("no");
    room.request({ event: "delete-message", id: "m1" });
    const refuse = (ref: string) =>
      server.send({
        event: "error",
        code: "forbidden",
        message: "You may not do this.",
        retryable: false,
        ref,
      });
    refuse((await server.got("chat-message")).message.clientId);
    refuse((await server.got("delete-message")).clientId);
    const failed = [
      ["failed", "You may not do this."],
      ["failed", "You may not do this."],
    ];
    await until(() => state().unsent.every((u) => u.failed));
    assertEquals(state().unsent.map((u) => [u.status, u.reason]), failed);
    // Whoever opens the room next hears of it, and does not try again.
    const kept = openPending("me", "room", () => storage).list();
    assertEquals(kept.map((u) => u.failed), failed.map(([, why]) => why));
  });
});

Deno.test("a message with files keeps its place before what was written after it", () => {
  const storage = fakeStorage();
  const uploads = [{ key: "p/1", name: "a.txt", size: 3 }];
  return openAgainst(storage, async ({ room, peer, state, states, until }) => {
    const server = await peer(0);
    await goLive(server);
    await until(() => states.includes("live"));
    const asked: string[] = [];
    let say: Parameters<NonNullable<OpenRoom["deliver"]>>[1];
    room.attached = () => uploads;
    room.send("with a file");
    const [{ clientId }] = state().unsent;
    room.attached = () => undefined;
    room.send("after it");
    room.deliver = (one, answer) => {
      asked.push(one.clientId);
      say = answer;
      return true;
    };
    room.heed();
    assertEquals(asked, [clientId]);
    // A round trip later nothing has come.
    room.check();
    await server.got("join-room", 2);
    const online = [{ id: "ada", name: "Ada" }];
    server.send({ ...joined, online });
    await until(() => state().online.length > 0);
    assertEquals(asked.length, 2);
    const error = { event: "error", code: "no", ref: clientId } as const;
    say!({ ...error, message: "No.", retryable: false });
    // What failed holds up nothing, and can be tried again.
    const { message } = await server.got("chat-message");
    assertEquals(message.content, "after it");
    server.send(entry(8, message.clientId));
    await until(() => state().unsent.length === 1);
    room.retry(clientId);
    assertEquals(asked, [clientId, clientId, clientId]);
    assertEquals(state().unsent.map(({ status }) => status), ["sending"]);
    say!({ ...error, message: "No.", retryable: false });
    // Taken out of it, a file leaves the words where they are.
    room.put({ ...state().unsent[0], uploads: undefined });
    const rest = await server.got("chat-message", 2);
    assertEquals(rest.message, {
      clientId,
      content: "with a file",
    });
  });
});

Deno.test("what was refused is sent when it is tried again, with nothing else in between", () =>
  openAgainst(fakeStorage(), async ({ room, peer, state, until }) => {
    const server = await peer(0);
    await goLive(server);
    room.send("no");
    const { message } = await server.got("chat-message");
    const ref = message.clientId;
    server.send({
      ...{ event: "error", code: "no", message: "No.", retryable: false, ref },
    });
    await until(() => state().unsent[0].status === "failed");
    room.retry(ref);
    assertEquals((await server.got("chat-message", 2)).message, message);
  }));

Deno.test("someone removed from the room is told so and not reconnected", () =>
  openAgainst(fakeStorage(), async ({ room, peer, state, states, until }) => {
    const server = await peer(0);
    await goLive(server);
    const sender = { id: "ada", name: "Ada" };
    server.send({ event: "typing", roomId: "room", sender });
    room.send("too late");
    await server.got("chat-message");
    server.send({ event: "membership", roomId: "room", removed: true });
    await until(() => states.includes("You are no longer in this room."));
    assertEquals(states.at(-1), "You are no longer in this room.");
    assertEquals(state().typing, []);
    assertEquals(state().unsent.map((u) => [u.status, u.reason]), [
      ["failed", "This was not sent."],
    ]);
    room.discard(state().unsent[0].clientId);
    assertEquals(state().unsent, []);
  }, 1));

Deno.test("whoever is signed out keeps the draft and what was not sent", () => {
  const storage = fakeStorage();
  const ended = Object.assign(new Error("No."), { final: true });
  return openAgainst(
    storage,
    async ({ room, peer, state, states, until }) => {
      const server = await peer(0);
      await goLive(server);
      room.send("unsent");
      room.saveDraft("half a sent");
      await server.got("chat-message");
      server.socket.close(4401, "signed out");
      await until(() => states.includes("You are signed out."));
      assertEquals(state().unsent.map((u) => u.status), ["failed"]);
      const pending = openPending("me", "room", () => storage);
      assertEquals(pending.list().map((u) => u.content), ["unsent"]);
      assertEquals(pending.draft(), "half a sent");
    },
    FOREVER,
    () => Promise.reject(ended),
  );
});

Deno.test("what one person wrote is not sent as whoever signed in after them", () =>
  openAgainst(fakeStorage(), async ({ room, peer, states, until }) => {
    room.send("mine");
    const server = await peer(0);
    await server.got("identify");
    server.send({ ...identified, userId: "somebody else" });
    await until(() => states.includes("Someone else is signed in now."));
    await until(() => server.socket.readyState === WebSocket.CLOSED);
    const events = server.frames.map(({ event }) => event);
    assertEquals(events.includes("chat-message"), false);
  }));

Deno.test("what is told of another room is for the feed, and changes nothing here", () =>
  openAgainst(fakeStorage(), async ({ room, peer, state, states, until }) => {
    const heard: string[] = [];
    room.hear = ({ event }) => heard.push(event);
    const server = await peer(0);
    await goLive(server);
    await until(() => states.includes("live"));
    const roomId = "another";
    server.send({ event: "membership", roomId, removed: true });
    server.send({ event: "read", roomId, offset: 99 });
    server.send({ event: "names", roomId, names: { ada: "Somebody" } });
    const online = [{ id: "ada", name: "Ada" }];
    server.send({ event: "presence", roomId: "room", online });
    await until(() => state().online.length > 0);
    assertEquals([state().read, states.at(-1)], [0, "live"]);
    assertEquals(heard, [
      "identified",
      "room-joined",
      "membership",
      "read",
      "names",
      "presence",
    ]);
    assertEquals(room.ask({ event: "summaries" }), true);
    await server.got("summaries");
  }));

Deno.test("what has been seen is reported once", () =>
  openAgainst(fakeStorage(), async ({ room, peer, state, states, until }) => {
    room.seen();
    assertEquals(state().read, 0);
    const server = await peer(0);
    await goLive(server);
    await until(() => states.includes("live"));
    room.seen();
    room.seen();
    assertEquals(state().read, 7);
    room.typing();
    await server.got("typing");
    const reads = server.frames.filter((frame) => frame.event === "read");
    assertEquals(reads, [{ event: "read", roomId: "room", offset: 7 }]);
  }));

Deno.test("a message that is not answered for a while can be given up", () => {
  const storage = fakeStorage();
  return openAgainst(storage, async ({ room, peer, state, until }) => {
    room.send("into the void");
    const [{ clientId }] = state().unsent;
    await until(() => state().unsent[0].reason !== undefined);
    assertEquals(state().unsent.map((u) => [u.status, u.reason]), [
      ["sending", "Waiting to send"],
    ]);
    room.discard(clientId);
    assertEquals(openPending("me", "room", () => storage).list(), []);
    const server = await peer(0);
    await goLive(server);
    room.send("another");
    assertEquals(
      (await server.got("chat-message")).message.content,
      "another",
    );
  }, 1);
});
