import { assert, assertEquals } from "@std/assert";
import { CLOSE, type ServerFrame } from "../../../realtime/protocol.ts";
import { backoff, connect, type Link, type LinkOptions } from "./socket.ts";
import {
  goLive,
  identified,
  joined,
  type Peer,
  startServer,
  watcher,
} from "./testing/server.ts";

const FOREVER = 1_000_000;
const QUICK = { first: 1, longest: 1, check: FOREVER, answer: FOREVER };

/** A server for one test, and a link to it with everything it reported. */
async function setUp(
  options: Partial<LinkOptions>,
  work: (test: {
    link: Link;
    peer(number: number): Promise<Peer>;
    states: string[];
    frames: ServerFrame[];
    until(done: () => boolean): Promise<void>;
  }) => Promise<void>,
) {
  const watch = watcher();
  const { notify, until } = watch;
  const server = startServer(watch);
  const states: string[] = [];
  const frames: ServerFrame[] = [];
  const link = connect({
    url: server.url,
    roomId: "room",
    token: { token: "first", expiresAt: Date.now() + 300_000 },
    position: () => ({ epoch: "1", offset: 7 }),
    onFrame(frame) {
      frames.push(frame);
      notify();
    },
    onState(state, reason, wayOn) {
      states.push(reason ? `${state}: ${reason} ${wayOn}` : state);
      notify();
    },
    renew: () => Promise.reject(new Error("web is down")),
    ...options,
    timing: { ...QUICK, ...options.timing },
  });
  try {
    await work({ link, states, frames, until, peer: server.peer });
  } finally {
    link.close();
    await server.close();
  }
}

Deno.test("waits a random time within a limit that doubles up to the longest", () => {
  const random = Math.random;
  const limits = (part: number) => {
    Math.random = () => part;
    return [0, 1, 2, 3, 50].map((failures) =>
      backoff(failures, { first: 500, longest: 3_000 })
    );
  };
  try {
    assertEquals(limits(1), [500, 1_000, 2_000, 3_000, 3_000]);
    assertEquals(limits(0.5), [250, 500, 1_000, 1_500, 1_500]);
    assertEquals(limits(0), [0, 0, 0, 0, 0]);
  } finally {
    Math.random = random;
  }
});

Deno.test("identifies, joins from its position, and is live", () =>
  setUp({}, async ({ link, peer, states, until }) => {
    const server = await peer(0);
    assertEquals(await server.got("identify"), {
      event: "identify",
      token: "first",
    });
    assertEquals(link.send({ event: "typing", roomId: "room" }), false);
    server.send(identified);
    assertEquals(await server.got("join-room"), {
      event: "join-room",
      roomId: "room",
      since: { epoch: "1", offset: 7 },
      echo: true,
    });
    server.send(joined);
    await until(() => states.includes("live"));
    assert(link.send({ event: "typing", roomId: "room" }));
    await server.got("typing");
    assertEquals(states, ["connecting", "live"]);
  }));

Deno.test("comes back by itself and recovers from where it was", () => {
  let offset = 7;
  return setUp(
    { position: () => ({ epoch: "1", offset }) },
    async ({ peer, states, until }) => {
      const server = await peer(0);
      await goLive(server);
      await until(() => states.includes("live"));
      offset = 9;
      server.socket.close(CLOSE.restart, "restart");
      const again = await peer(1);
      await again.got("identify");
      again.send(identified);
      const join = await again.got("join-room");
      assertEquals(join.since, { epoch: "1", offset: 9 });
      again.send(joined);
      await until(() => states.length === 4);
      assertEquals(states, ["connecting", "live", "reconnecting", "live"]);
    },
  );
});

Deno.test("a device without network is told at once, until an answer comes", async () => {
  Object.defineProperty(navigator, "onLine", {
    value: false,
    configurable: true,
  });
  try {
    await setUp({}, async ({ link, peer, states, until }) => {
      const server = await peer(0);
      await goLive(server);
      await until(() => states.includes("live"));
      link.check();
      assertEquals(states, ["connecting", "live", "offline"]);
      await server.got("join-room", 2);
      server.send(joined);
      await until(() => states.length === 4);
      assertEquals(states.at(-1), "live");
    });
  } finally {
    Reflect.deleteProperty(navigator, "onLine");
  }
});

Deno.test("a final close code ends it with a reason", () =>
  setUp({}, async ({ peer, states, until }) => {
    const server = await peer(0);
    await goLive(server);
    server.socket.close(CLOSE.flooding, "flooding");
    await until(() => states.length === 3);
    assertEquals(states[2], "refused: Disconnected: flooding. reload");
  }));

Deno.test("a frame that was too large is not sent again and again", () =>
  setUp({}, async ({ peer, states, until }) => {
    const server = await peer(0);
    await goLive(server);
    server.socket.close(1009, "Received too big message");
    await until(() => states.length === 3);
    assertEquals(
      states[2],
      "refused: Disconnected: Received too big message. reload",
    );
  }));

Deno.test("whoever was removed hears it, also when only the close comes", () =>
  setUp({}, async ({ peer, states, until }) => {
    const server = await peer(0);
    await goLive(server);
    server.socket.close(CLOSE.notMember, "not a member");
    await until(() => states.length === 3);
    assertEquals(states[2], "refused: You are no longer in this room. rooms");
  }));

Deno.test("a session that ended while the room is open ends the room", () => {
  const ended = Object.assign(new Error("No."), { final: true });
  return setUp(
    { renew: () => Promise.reject(ended) },
    async ({ peer, states, until }) => {
      const server = await peer(0);
      await goLive(server);
      await until(() => states.includes("live"));
      server.socket.close(CLOSE.token, "signed out");
      await until(() => states.length === 4);
      assertEquals(states.slice(2), [
        "reconnecting",
        "refused: You are signed out. login",
      ]);
    },
  );
});

Deno.test("a refused token is renewed once and used", () =>
  setUp({
    renew: () =>
      Promise.resolve({ token: "second", expiresAt: Date.now() + 300_000 }),
  }, async ({ peer, states, until }) => {
    const server = await peer(0);
    await server.got("identify");
    server.socket.close(CLOSE.token, "expired");
    const again = await peer(1);
    assertEquals(await again.got("identify"), {
      event: "identify",
      token: "second",
    });
    again.send(identified);
    await again.got("join-room");
    again.send(joined);
    await until(() => states.includes("live"));
  }));

Deno.test("a token that is never good enough ends it", () =>
  setUp({
    renew: () =>
      Promise.resolve({ token: "bad", expiresAt: Date.now() + 300_000 }),
  }, async ({ peer, states, until }) => {
    for (let number = 0; number < 4; number++) {
      const server = await peer(number);
      await server.got("identify");
      server.socket.close(CLOSE.token, "forged");
    }
    await until(() => states.at(-1)!.startsWith("refused"));
  }));

Deno.test("an ended session is told to the person and not tried again", () => {
  let renewals = 0;
  return setUp({
    token: { token: "old", expiresAt: Date.now() - 1 },
    renew: () => {
      renewals++;
      const error = new Error("You are signed out.");
      return Promise.reject(Object.assign(error, { final: true }));
    },
  }, async ({ states, until }) => {
    await until(() => states.length === 2);
    assertEquals(states, ["connecting", "refused: You are signed out. login"]);
    assertEquals(renewals, 1);
  });
});

Deno.test("while web is down a needed token is asked for again", () => {
  let renewals = 0;
  return setUp({
    token: { token: "old", expiresAt: Date.now() - 1 },
    renew: () =>
      ++renewals < 4
        ? Promise.reject(new Error("down"))
        : Promise.resolve({ token: "new", expiresAt: Date.now() + 300_000 }),
  }, async ({ peer, states }) => {
    const server = await peer(0);
    assertEquals(await server.got("identify"), {
      event: "identify",
      token: "new",
    });
    assertEquals(states, [
      "connecting",
      "reconnecting",
      "reconnecting",
      "reconnecting",
    ]);
  });
});

Deno.test("a token about to end is renewed on the same connection", () =>
  setUp({
    renew: () =>
      Promise.resolve({ token: "second", expiresAt: Date.now() + 300_000 }),
    timing: { renewAge: 1, check: 1 },
    token: { token: "first", expiresAt: Date.now() + 300_000 },
  }, async ({ peer, states }) => {
    const server = await peer(0);
    await goLive(server);
    assertEquals(await server.got("identify", 2), {
      event: "identify",
      token: "second",
    });
    assert(!states.includes("reconnecting"));
  }));

Deno.test("asks for its position now and then, so that a silent loss is found", () =>
  setUp({ timing: { check: 1 } }, async ({ peer }) => {
    const server = await peer(0);
    await goLive(server);
    await server.got("join-room", 2);
    server.send(joined);
    await server.got("join-room", 3);
  }));

Deno.test("a link that does not answer is given up for a new one", () =>
  setUp(
    { timing: { check: 1, answer: 1_000 } },
    async ({ peer, states, until }) => {
      const server = await peer(0);
      await goLive(server);
      // Silent from here on: no close, no answer.
      await server.got("join-room", 2);
      await goLive(await peer(1));
      await until(() => states.length >= 4);
      assertEquals(states.slice(0, 4), [
        "connecting",
        "live",
        "reconnecting",
        "live",
      ]);
    },
  ));

Deno.test("frames of a connection given up are not heard", () =>
  setUp({ timing: { check: 1, answer: 500 } }, async ({ peer, frames }) => {
    const server = await peer(0);
    await goLive(server);
    await server.got("join-room", 2);
    const again = await peer(1);
    const heard = frames.length;
    if (server.socket.readyState === 1) server.send(joined);
    await again.got("identify");
    again.send(identified);
    await again.got("join-room");
    assertEquals(frames.slice(heard), [identified]);
  }));

Deno.test("a check connects at once instead of waiting", async () => {
  const random = Math.random;
  Math.random = () => 1;
  try {
    await setUp(
      { timing: { first: FOREVER, longest: FOREVER } },
      async ({ link, peer, states, until }) => {
        const server = await peer(0);
        await goLive(server);
        await until(() => states.includes("live"));
        server.socket.close(CLOSE.overloaded);
        await until(() => states.includes("reconnecting"));
        link.check();
        await goLive(await peer(1));
        await until(() => states.length === 4);
      },
    );
  } finally {
    Math.random = random;
  }
});

for (const when of ["still opens", "is open"]) {
  Deno.test(`uses the socket that was opened ahead, which ${when}`, async () => {
    const watch = watcher();
    const server = startServer(watch);
    const first = new WebSocket(server.url);
    if (when === "is open") {
      await new Promise((open) => first.onopen = open);
    }
    const states: string[] = [];
    const link = connect({
      ...{ url: server.url, first, roomId: "room" },
      token: { token: "first", expiresAt: Date.now() + 300_000 },
      position: () => undefined,
      onFrame() {},
      onState(state) {
        states.push(state);
        watch.notify();
      },
      renew: () => Promise.reject(new Error("web is down")),
      timing: QUICK,
    });
    try {
      const peer = await server.peer(0);
      await peer.got("identify");
      // The next is another: the first serves once.
      peer.socket.close();
      const next = await server.peer(1);
      await next.got("identify");
      assertEquals(peer.frames.length, 1);
      assertEquals(next.frames.length, 1);
    } finally {
      link.close();
      await server.close();
    }
  });
}

Deno.test("opens another where the socket opened ahead was lost by then", async () => {
  const watch = watcher();
  const server = startServer(watch);
  const first = new WebSocket(server.url);
  await new Promise((open) => first.onopen = open);
  const closed = new Promise((close) => first.onclose = close);
  (await server.peer(0)).socket.close();
  await closed;
  await setUp({ url: server.url, first }, async ({ link }) => {
    await (await server.peer(1)).got("identify");
    link.close();
  });
  await server.close();
});
