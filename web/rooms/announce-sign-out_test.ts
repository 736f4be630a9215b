import { assert, assertEquals } from "@std/assert";
import { createLocalJWKSet, jwtVerify } from "jose";
import { testApp } from "../http/testing/app.ts";

/** A transcriber that answers so, and what it was asked. */
function transcriber(status: number) {
  const seen: { path: string; token: string; body: unknown }[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname: path } = new URL(request.url);
      if (path !== "/sessions") return new Response();
      const token = request.headers.get("authorization")?.split(" ")[1] ?? "";
      seen.push({ path, token, body: await request.json() });
      return new Response(null, { status });
    },
  );
  return { server, seen, url: `http://127.0.0.1:${server.addr.port}` };
}

Deno.test("the transcriber hears of a sign-out from web, and a failure of it stops nobody", async () => {
  for (const status of [204, 500]) {
    const { server, seen, url } = transcriber(status);
    await using app = await testApp({ TRANSCRIBER_URL: url });
    const { account, cookie } = await app.person("Ann");
    const answer = await app.send("/logout", {}, cookie);
    assertEquals(answer.status, 303);
    await answer.body?.cancel();
    assertEquals(seen.length, 1);
    const [{ token, body }] = seen;
    const { userId, sid } = body as { userId: string; sid: string };
    assertEquals(userId, account.id);
    assert(sid);
    const keys = createLocalJWKSet(await app.services.signer.jwks());
    const { payload } = await jwtVerify(token, keys, {
      audience: "transcriber",
    });
    assertEquals(payload.scope, "service");
    await server.shutdown();
  }
});

Deno.test("without a transcriber one signs out all the same", async () => {
  const { server, url } = transcriber(204);
  await server.shutdown();
  await using app = await testApp({ TRANSCRIBER_URL: url });
  const { cookie } = await app.person("Ann");
  const answer = await app.send("/logout", {}, cookie);
  assertEquals(answer.status, 303);
  await answer.body?.cancel();
});
