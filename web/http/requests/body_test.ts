import { assertEquals, assertRejects } from "@std/assert";
import { codeOf } from "../../accounts/testing.ts";
import { AppError } from "../../errors.ts";
import { BodyBudget, withShare } from "./body-budget.ts";
import { readUpTo } from "./body.ts";

const tooLarge = () =>
  new AppError({ code: "too-large", status: 413, message: "Too large." });

const KB = new Uint8Array(1024);

/** A request whose body is these chunks, and then goes on for ever without one. */
function unfinished(...chunks: Uint8Array[]): Request {
  const body = new ReadableStream({
    start: (out) => chunks.forEach((chunk) => out.enqueue(chunk)),
  });
  return new Request("http://localhost/", { method: "POST", body });
}

const read = (req: Request, pace = { graceMs: 40, idleMs: 20 }) =>
  readUpTo(req, 10_000, tooLarge, { ...pace, bytesPerSecond: 1_000_000 });

Deno.test("a body that stops coming is refused, however much has come", async () => {
  assertEquals(await codeOf(read(unfinished())), "too-slow");
  assertEquals(await codeOf(read(unfinished(KB, KB))), "too-slow");
});

Deno.test("a body that comes a byte at a time is refused, though it never stops", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    async pull(out) {
      await new Promise((done) => setTimeout(done, 5));
      out.enqueue(new Uint8Array(1));
    },
    cancel: () => void (cancelled = true),
  });
  const req = new Request("http://localhost/", { method: "POST", body });
  const pace = { graceMs: 40, idleMs: 10_000 };
  assertEquals(await codeOf(read(req, pace)), "too-slow");
  assertEquals(cancelled, true);
});

Deno.test("what is announced as far too large is refused before any of it is read", async () => {
  const req = new Request("http://localhost/", {
    method: "POST",
    headers: { "content-length": String(10 ** 12) },
    body: unfinished().body,
  });
  assertEquals(await codeOf(read(req)), "too-large");
});

Deno.test("bodies are held up to a sum: for one network, and for all", async () => {
  const budget = new BodyBudget({ here: 2_048, all: 3_072 });
  const from = (ip: string, req: Request) =>
    withShare(budget, req, ip, () => read(req));
  const holding = (ip: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const req = new Request("http://localhost/", { method: "POST", body: KB });
    const held = withShare(budget, req, ip, async () => {
      await read(req);
      resolve();
      await new Promise<void>((done) => release.push(done));
    });
    return { ready: promise, held };
  };
  const release: (() => void)[] = [];
  const first = [holding("10.0.0.1"), holding("10.0.0.1")];
  await Promise.all(first.map(({ ready }) => ready));
  const full = () =>
    new Request("http://localhost/", { method: "POST", body: KB });
  const error = await assertRejects(() => from("10.0.0.1", full()), AppError);
  assertEquals([error.code, error.status], ["busy", 503]);
  const other = holding("2001:db8::1");
  await other.ready;
  assertEquals(await codeOf(from("10.0.0.2", full())), "busy");
  release.forEach((done) => done());
  await Promise.all([...first, other].map(({ held }) => held));
  assertEquals((await from("10.0.0.1", full())).whole, true);
});

Deno.test("what somebody only says they will send takes nothing from others", async () => {
  const budget = new BodyBudget({ here: 20_000, all: 20_000 });
  const announced = () =>
    new Request("http://localhost/", {
      method: "POST",
      headers: { "content-length": "10000" },
      body: unfinished().body,
    });
  const waiting = Array.from({ length: 8 }, () => {
    const req = announced();
    return withShare(budget, req, "10.0.0.1", () => codeOf(read(req)));
  });
  assertEquals(await Promise.all(waiting), Array(8).fill("too-slow"));
});
