import { assert, assertEquals } from "@std/assert";
import { testApp } from "../testing/app.ts";
import { withRoom } from "../testing/rooms.ts";

Deno.test("what was written in a room that one is in no longer is given back, by whatever form", async () => {
  await using app = await testApp();
  const { path } = await withRoom(app, "Secret plans");
  // As for whoever was removed: the room is none to them.
  const { cookie } = await app.person("Ben");
  const words = "</textarea><b>my</b> words";
  const inParts = new FormData();
  inParts.set("file", new File(["a plan"], "plan.txt"));
  inParts.set("content", words);
  const forms = [
    await app.send(path, { content: words }, cookie),
    await app.send(path, inParts, cookie),
    await app.send(`${path}/dictate`, { content: words }, cookie),
    await app.send(
      `${path}/messages/a-message`,
      { intent: "edit", content: words },
      cookie,
    ),
  ];
  for (const answer of forms) {
    assertEquals(answer.status, 404);
    const page = await answer.text();
    assert(
      page.includes("&lt;/textarea>&lt;b>my&lt;/b> words"),
      `${forms.indexOf(answer)} ${page.slice(-900)}`,
    );
    assert(page.includes("What you wrote was not sent."));
    assert(!page.includes("Secret plans"));
  }
});

Deno.test("where nothing was written, nothing is given back", async () => {
  await using app = await testApp();
  const { path } = await withRoom(app);
  const { cookie } = await app.person("Ben");
  const answer = await app.send(path, { content: "" }, cookie);
  assertEquals(answer.status, 404);
  assert(!(await answer.text()).includes("<textarea"));
});
