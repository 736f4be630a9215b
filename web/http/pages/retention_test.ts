import { assert, assertEquals, assertMatch } from "@std/assert";
import { testApp } from "../testing/app.ts";
import { withRoom } from "../testing/rooms.ts";

Deno.test("where messages are deleted after a while the page about a room says so", async () => {
  await using app = await testApp();
  const { cookie, path } = await withRoom(app);
  const { config } = app.services as { config: { realtimeUrl: string } };
  const said = async (answer: unknown, status = 200) => {
    const { promise: asked, resolve } = Promise.withResolvers<string>();
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      ({ url }) => {
        resolve(new URL(url).pathname);
        return Response.json(answer, { status });
      },
    );
    config.realtimeUrl = `http://127.0.0.1:${server.addr.port}`;
    const page = await app.ask(`${path}/members`, { cookie });
    assertEquals([page.status, await asked], [200, "/readyz"]);
    const text = await page.text();
    await server.shutdown();
    return /Messages are deleted[^<]*/.exec(text)?.[0];
  };
  assertMatch(
    await said({ ready: true, retentionDays: 30 }) ?? "",
    /^Messages are deleted 30 days after they were sent/,
  );
  // Also while it takes no messages.
  assertMatch(await said({ retentionDays: 1 }, 503) ?? "", /one day after/);
  assertEquals(await said({ ready: true }), undefined);
  assertEquals(await said("nonsense"), undefined);
  config.realtimeUrl = "http://127.0.0.1:1";
  const page = await app.ask(`${path}/members`, { cookie });
  assert(!(await page.text()).includes("Messages are deleted"));
});
