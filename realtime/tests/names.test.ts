import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer;
beforeAll(async () => server = await startTestServer());
afterAll(() => server.stop());

const put = (token: string, body: unknown) =>
  server.call("/rooms/r/names", token, {
    method: "POST",
    body: JSON.stringify(body),
  });

test("whoever has a room open hears what people are called now", async () => {
  const ann = await server.enter("ann", "r");
  const service = await server.issuer.serviceToken();
  const names = { ben: "Benjamin", gone: "Deleted person" };
  expect((await put(service, { names })).status).toBe(204);
  expect(await ann.next("names")).toEqual({
    event: "names",
    roomId: "r",
    names,
  });
});

test("only web may say so, and only with names", async () => {
  const ann = await server.issuer.personToken("ann", { r: "admin" });
  expect((await put(ann, { names: { ann: "Queen" } })).status).toBe(403);
  const service = await server.issuer.serviceToken();
  for (
    const body of [{}, { names: [] }, { names: { a: 1 } }, { names: null }]
  ) {
    expect((await put(service, body)).status).toBe(400);
  }
});
