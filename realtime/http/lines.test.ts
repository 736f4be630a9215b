import { describe, expect, test } from "bun:test";
import { StoreError } from "../log/log.ts";
import { until } from "../log/testing.ts";
import { startTestServer } from "../tests/testing.ts";
import type { HttpContext } from "./call.ts";
import { HttpError } from "./error.ts";
import { createApp } from "./app.ts";
import { Lines } from "./lines.ts";

const settled = async (works: Promise<unknown>[]) =>
  (await Promise.allSettled(works)).map(({ status }) => status[0]).join("");

/** Three pieces of work under one key, of which the first ends as the test says. */
function three(lines = new Lines()) {
  const done: number[] = [];
  const first = Promise.withResolvers<void>();
  const works = [1, 2, 3].map((n) =>
    lines.take("ann in a", async () => {
      if (n === 1) await first.promise;
      done.push(n);
    })
  );
  return { lines, done, first, works };
}

test("each is done after the one before, and other lines do not wait", async () => {
  const { lines, done, first, works } = three();
  await lines.take("ann in b", () => Promise.resolve(done.push(0)));
  first.resolve();
  await Promise.all(works);
  expect(done).toEqual([0, 1, 2, 3]);
  expect(lines.waiting).toBe(0);
});

describe("a request that is refused", () => {
  test("for now holds back what waited behind it, and nothing later", async () => {
    for (const error of [new StoreError("away"), new HttpError(429, "x", "")]) {
      const { lines, done, first, works } = three();
      first.reject(error);
      expect(await settled(works)).toBe("rrr");
      expect(done).toEqual([]);
      await lines.take("ann in a", () => Promise.resolve(done.push(4)));
      expect(done).toEqual([4]);
    }
  });

  test("for good holds up nothing", async () => {
    const { done, first, works } = three();
    first.reject(new HttpError(422, "message-empty", ""));
    expect(await settled(works)).toBe("rff");
    expect(done).toEqual([2, 3]);
  });
});

test("a line that was full takes nothing until it is empty", async () => {
  const lines = new Lines();
  const done: number[] = [];
  const [some, all] = [0, 1].map(() => Promise.withResolvers<void>());
  const take = (n: number) =>
    lines.take("ann in a", async () => {
      await (n < 10 ? some : all)!.promise;
      done.push(n);
    });
  const works = settled(Array.from({ length: 70 }, (_, n) => take(n)));
  expect(lines.waiting).toBe(64);
  some!.resolve();
  await until(() => lines.waiting === 54);
  // There is room again, but this came after what was refused.
  expect(await settled([take(70)])).toBe("r");
  all!.resolve();
  expect(await works).toBe("f".repeat(64) + "r".repeat(6));
  expect(done).toEqual(Array.from({ length: 64 }, (_, n) => n));
  await take(71);
  expect(done.at(-1)).toBe(71);
});

/** A server whose checks of tokens take some turns each, asked without a network in between. */
async function directServer() {
  const server = await startTestServer();
  const token = await server.issuer.personToken("ann", { a: "admin" });
  const person = {
    ...{ id: "ann", sender: { id: "ann", name: "Ann" } },
    ...{ token, issuedAt: Date.now() / 1000 },
    expiresAt: Date.now() + 60_000,
  };
  await server.hub.members.roleIn(person, "a");
  let slow = 7;
  const lines = new Lines();
  const context = {
    ...{ hub: server.hub, lines },
    verify: async () => {
      // The first take longest.
      for (let turns = slow--; turns > 0; turns--) await Bun.sleep(1);
      return { kind: "person", person: { ...person } };
    },
    limits: { of: () => ({ takeMessage: () => {} }) },
    shedding: { refusesMessages: false },
  } as unknown as HttpContext;
  const app = createApp(context);
  const ask = async (path: string, body: unknown) =>
    await app.fetch(
      new Request(`http://127.0.0.1/rooms/a/${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      }),
    );
  const post = (n: number) =>
    ask("messages", { clientId: `c${n}`, content: `${n}` });
  const stored = async () =>
    (await server.hub.log.page("a", { limit: 50 })).messages
      .map(({ content }) => content).join("");
  return { ...server, lines, ask, post, stored };
}

test("messages are stored in the order in which their requests arrived", async () => {
  const { post, stored, stop } = await directServer();
  const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map(post));
  expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(201));
  expect(await stored()).toBe("123456789");
  await stop();
});

test("a store that fails for a moment does not let the later ones through", async () => {
  const { post, stored, stop, hub: { log }, lines } = await directServer();
  const { append } = log;
  const gate = Promise.withResolvers<never>();
  log.append = () => {
    log.append = append;
    return gate.promise;
  };
  const answers = [1, 2, 3, 4].map(post);
  await until(() => lines.waiting === 4);
  gate.reject(new StoreError("away"));
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses).toEqual([503, 503, 503, 503]);
  expect(await stored()).toBe("");
  for (const n of [1, 2, 3, 4]) expect((await post(n)).status).toBe(201);
  expect(await stored()).toBe("1234");
  await stop();
});

test("an edit waits for the message before it, and the next message for the edit", async () => {
  const { ask, post, stop, hub: { log } } = await directServer();
  const { id } = await (await post(1)).json() as { id: string };
  const edit = (n: number) =>
    ask("amendments", {
      ...{ event: "edit-message", clientId: `e${n}`, id, content: `is ${n}` },
    });
  await Promise.all([edit(1), post(2), edit(3), post(4), edit(5)]);
  const { messages } = await log.page("a", { limit: 50 });
  expect(messages.map(({ content }) => content)).toEqual(["is 5", "2", "4"]);
  await stop();
});

test("whoever is removed while a message waits does not send it", async () => {
  const { post, stored, stop, hub: { log }, lines, issuer, handOver } =
    await directServer();
  const { append } = log;
  const gate = Promise.withResolvers<void>();
  log.append = async (entry) => {
    await gate.promise;
    return await append.call(log, entry);
  };
  const answers = [1, 2, 3].map(post);
  await until(() => lines.waiting === 3);
  await handOver("a", issuer.membership.remove("a", "ann"));
  gate.resolve();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses).toEqual([201, 404, 404]);
  expect(await stored()).toBe("1");
  await stop();
});
