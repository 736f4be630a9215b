import { assertEquals } from "@std/assert";
import { createRoom } from "../../rooms/rooms.ts";
import { testApp } from "../testing/app.ts";

const FORM = "application/x-www-form-urlencoded";

Deno.test("a form that does not say where it comes from is not taken; JSON is", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const send = async (headers: Record<string, string>, body = "name=Engines") =>
    (await app.ask("/rooms", {
      ...{ method: "POST", body, cookie, unsaid: true },
      headers: { "content-type": FORM, ...headers },
    })).status;
  assertEquals(await send({}), 403);
  assertEquals(await send({ "content-type": "text/plain" }), 403);
  assertEquals(await send({ referer: "https://evil.example/rooms" }), 403);
  assertEquals(await send({ referer: "nonsense" }), 403);
  assertEquals(await send({ referer: `${app.origin}/rooms` }), 303);
  assertEquals(await send({ origin: app.origin }), 303);
  assertEquals(await send({ "sec-fetch-site": "same-origin" }), 303);
  assertEquals(await send({ "sec-fetch-site": "none" }), 303);
  assertEquals(await send({ origin: "https://evil.example" }), 403);
  const token = await app.ask("/api/token", {
    ...{ method: "POST", cookie, unsaid: true },
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ audience: "realtime" }),
  });
  assertEquals(token.status, 200);
});

Deno.test("signing out, without a body, has to come from here, too", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const out = { method: "POST", cookie, unsaid: true };
  assertEquals((await app.ask("/logout", out)).status, 403);
  assertEquals((await app.ask("/account", { cookie })).status, 200);
});

Deno.test("a program is believed by what no form can send: other methods, and other types", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const { id } = await createRoom(app.services, account, "Engines");
  const ask = async (method: string, path: string, type?: string) => {
    const answer = await app.ask(`/api/rooms/${id}/${path}`, {
      ...{ method, cookie, unsaid: true },
      ...(type !== undefined && { body: new TextEncoder().encode("x") }),
      headers: type ? { "content-type": type } : {},
    });
    await answer.body?.cancel();
    return answer.status;
  };
  assertEquals(await ask("DELETE", "link"), 200);
  assertEquals(await ask("DELETE", "voice?clip=x"), 200);
  for (const type of ["image/png", "application/pdf; x=y"]) {
    assertEquals([type, await ask("POST", "files", type)], [type, 201]);
  }
  const ofForms = [
    ...["", "nonsense", "text/plain, image/png", "Text/Plain;charset=x"],
    ...["multipart/form-data; boundary=x", FORM],
  ];
  for (const type of ofForms) {
    assertEquals([type, await ask("POST", "files", type)], [type, 403]);
  }
});
