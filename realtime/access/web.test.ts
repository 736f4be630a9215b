import { expect, test } from "bun:test";
import { webAsker, WebError, webTeller } from "./web.ts";

const person = { token: "t" };

test("of many who ask at once all get an answer, a bounded number at a time", async () => {
  let here = 0, most = 0;
  const web = Bun.serve({
    port: 0,
    async fetch() {
      most = Math.max(most, here += 1);
      await Bun.sleep(1);
      here -= 1;
      return Response.json({ rooms: {} });
    },
  });
  const ask = webAsker(`http://127.0.0.1:${web.port}`);
  const asked = Array.from({ length: 500 }, (_, i) => ask(person, [`r${i}`]));
  expect(await Promise.all(asked)).toHaveLength(500);
  expect(most).toBeLessThanOrEqual(64);
  await web.stop(true);
  await expect(ask(person, ["r"])).rejects.toThrow(WebError);
});

test("more than can wait are told to try again", async () => {
  const gate = Promise.withResolvers<Response>();
  const web = Bun.serve({ port: 0, fetch: () => gate.promise });
  const ask = webAsker(`http://127.0.0.1:${web.port}`);
  const asked = Array.from(
    { length: 1_100 },
    (_, i) => ask(person, [`r${i}`]).catch((error) => error as Error),
  );
  const refused = await Promise.all(asked.slice(1_064));
  expect(refused.every((error) => error instanceof WebError)).toBe(true);
  gate.resolve(Response.json({ rooms: {} }));
  await web.stop(true);
  await Promise.all(asked);
});

test("web is told of links in order, a few at a time, and not of more than can wait", async () => {
  let most = 0, here = 0;
  const heard: unknown[] = [];
  const web = Bun.serve({
    port: 0,
    async fetch(request) {
      most = Math.max(most, here += 1);
      heard.push([request.headers.get("authorization"), await request.json()]);
      await Bun.sleep(1);
      here -= 1;
      return new Response(null, { status: 503 });
    },
  });
  const tell = webTeller(`http://127.0.0.1:${web.port}`);
  for (let i = 0; i < 2_000; i += 1) {
    tell(person, { roomId: "r", id: `${i}` });
  }
  while (heard.length < 1_000) await Bun.sleep(10);
  await Bun.sleep(50);
  expect(heard[0]).toEqual(["Bearer t", { roomId: "r", id: "0" }]);
  expect(heard.length).toBeLessThanOrEqual(1_008);
  expect(most).toBeLessThanOrEqual(4);
  await web.stop(true);
});
