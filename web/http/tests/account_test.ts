import { assert, assertEquals, assertMatch } from "@std/assert";
import { testApp } from "../testing/app.ts";
import { html } from "../testing/rooms.ts";

Deno.test("password managers are led to the form that changes the password", async () => {
  await using app = await testApp();
  const answer = await app.ask("/.well-known/change-password");
  const [to, id] = answer.headers.get("location")!.split("#");
  const { cookie } = await app.person("Ada");
  assert((await html(app.ask(to, { cookie }))).includes(`id="${id}"`));
});

Deno.test("whoever deletes their account says what becomes of their messages", async () => {
  await using app = await testApp();
  const password = "correct horse battery";
  for (const messages of ["keep", "delete"]) {
    const { account, cookie } = await app.person(`Ada ${messages}`);
    const page = await (await app.ask("/account", { cookie })).text();
    assertMatch(page, /value="keep" checked[^]*value="delete"/);
    const form = { intent: "delete-account", password, messages };
    assertEquals((await app.send("/account", form, cookie)).status, 303);
    const { value } = await app.services.kv
      .get<{ messages?: unknown }>(["erasures", account.id]);
    assertEquals(value?.messages !== undefined, messages === "delete");
  }
});
