import { assertEquals } from "@std/assert";
import { chosenLine } from "./choose-line.ts";
import { connect, ways } from "./socket.ts";

Deno.test("after two sockets that came to nothing another line is tried, and then a socket again", async () => {
  const real = globalThis.fetch;
  const states: string[] = [];
  const again = Promise.withResolvers<void>();
  let joins = 0;
  globalThis.fetch = (input) => {
    const path = String(input);
    if (path.includes("/summaries")) {
      return Promise.resolve(Response.json({ rooms: {} }));
    }
    // The stream breaks at once.
    if (path.includes("/stream")) return Promise.reject(new Error("cut"));
    joins += 1;
    if (joins === 2) again.resolve();
    const page = { epoch: "1", offset: 0, messages: [] };
    return Promise.resolve(Response.json(page));
  };
  const slower = await import("./slower.ts");
  const opened: number[] = [];
  ways.open = (options, failures) => {
    opened.push(failures);
    return chosenLine(options, failures, () => Promise.resolve(slower));
  };
  const link = connect({
    // Nobody listens there.
    url: "ws://127.0.0.1:9",
    roomId: "room",
    token: {
      token: `x.${btoa(JSON.stringify({ sub: "me", exp: 2e9 }))}.x`,
      expiresAt: Date.now() + 300_000,
    },
    position: () => undefined,
    onFrame() {},
    onState: (state, why) => states.push(why ? `${state}: ${why}` : state),
    renew: () => Promise.reject(new Error("web is down")),
    timing: { first: 1, longest: 1, check: 1e6, answer: 1e6 },
  });
  await again.promise;
  link.close();
  globalThis.fetch = real;
  assertEquals(opened.slice(0, 5), [0, 1, 2, 1, 2]);
  assertEquals(states.slice(0, 6), [
    ...["connecting", "reconnecting", "reconnecting"],
    "live: Connected over a slower line.",
    // The line broke, and so did the socket after it.
    ...["reconnecting", "reconnecting"],
  ]);
});
