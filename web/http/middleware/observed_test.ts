import { assertEquals, assertNotEquals } from "@std/assert";
import { HttpError } from "fresh";
import { AppError } from "../../errors.ts";
import type { Level } from "../../../realtime/common/log-line.ts";
import { observed } from "./observed.ts";

type Line = [level: Level, event: string, fields?: Record<string, unknown>];

/** What is written about a request that ends like this. */
async function linesAbout(
  route: string,
  next: () => Promise<Response>,
  more: Record<string, unknown> = {},
): Promise<Record<string, unknown>[]> {
  const lines: Line[] = [];
  const middleware = observed((...line) => void lines.push(line));
  const req = new Request("http://localhost/secret?code=secret");
  const state = { requestId: "r1", ip: "192.0.2.7", ...more };
  const context = { req, route, state, next };
  await Promise.resolve(middleware(context as never)).catch(() => {});
  return lines.map(([, , fields]) => ({ ...fields, ms: undefined }));
}

const line = {
  requestId: "r1",
  method: "GET",
  route: "/x/:id",
  code: undefined,
  account: undefined,
  network: "192.0.2.0/24",
  ms: undefined,
};

Deno.test("a line says how a request ended, with the code of an error and no address", async () => {
  const ok = () => Promise.resolve(new Response());
  assertEquals(await linesAbout("/x/:id", ok), [{ ...line, status: 200 }]);
  const code = "too-many-attempts";
  const limited = new AppError({ code, status: 429, message: "Wait, Ada." });
  const failing = (error: Error) => () => Promise.reject(error);
  assertEquals(await linesAbout("/x/:id", failing(limited)), [
    { ...line, status: 429, code },
  ]);
  assertEquals(await linesAbout("/x/:id", failing(new HttpError(404))), [
    { ...line, status: 404 },
  ]);
  assertEquals(await linesAbout("/x/:id", failing(new Error("Ada"))), [
    { ...line, status: 500 },
  ]);
});

Deno.test("the line of a form that was refused has its status, where the page that says so is elsewhere", async () => {
  const led = () => Promise.resolve(new Response(null, { status: 303 }));
  assertEquals(await linesAbout("/x/:id", led, { refused: 401 }), [
    { ...line, status: 401 },
  ]);
});

Deno.test("probes are not written about until they fail", async () => {
  const answer = (status: number) => () =>
    Promise.resolve(new Response(null, { status }));
  assertEquals(await linesAbout("/healthz", answer(200)), []);
  assertEquals((await linesAbout("/readyz", answer(503))).length, 1);
});

Deno.test("a line tells people apart without saying who they are", async () => {
  const ok = () => Promise.resolve(new Response());
  const about = async (id: string) =>
    (await linesAbout("/x/:id", ok, { account: { id, name: "Ada" } }))[0];
  const [ada, same, bob] = [
    await about("id-of-ada"),
    await about("id-of-ada"),
    await about("id-of-bob"),
  ];
  assertEquals(ada, same);
  assertNotEquals(ada.account, bob.account);
  assertEquals(/ada|192\.0\.2\.7/i.test(JSON.stringify(ada)), false);
});
