import { assert, assertEquals, assertMatch } from "@std/assert";
import { createRoom } from "../../rooms/rooms.ts";
import { testApp } from "../testing/app.ts";

const GRACE = { id: "grace", name: "Grace" };

Deno.test("without script a frame of the list of rooms shows what came since, and reads nothing", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const tea = await createRoom(app.services, account, "Tea");
  const bread = await createRoom(app.services, account, "Bread & butter");
  const say = (id: string, content: string) =>
    app.realtime.post(GRACE, id, {
      clientId: content,
      content,
    });
  await say(tea.id, "already there");

  const page = await (await app.ask("/rooms", { cookie })).text();
  const path = page.match(/<noscript><iframe[^>]* src="([^"]+)"/)?.[1];
  assert(path, "no frame");
  const frame = async () => {
    const answer = await app.ask(path, { cookie });
    assertEquals(answer.status, 200);
    assertMatch(answer.headers.get("refresh") ?? "", /^\d+$/);
    const policy = answer.headers.get("content-security-policy") ?? "";
    assertMatch(policy, /frame-ancestors 'self'/);
    assertMatch(policy, /script-src 'none'/);
    return await answer.text();
  };
  assert(!(await frame()).includes("room-row"));

  // A later millisecond than that of the first message.
  await new Promise((resolve) => setTimeout(resolve, 2));
  await say(bread.id, "fresh <b>");
  for (let look = 0; look < 2; look++) {
    const html = await frame();
    assert(
      html.includes("Bread &amp; butter") && html.includes("fresh &lt;b>"),
    );
    assert(!html.includes("already there"));
    assertMatch(html, /class="badge">1</);
  }
});

Deno.test("the frame of somebody signed out leads to the sign-in, and does not load again", async () => {
  await using app = await testApp();
  const answer = await app.ask("/live?after=0");
  assertEquals(answer.status, 401);
  assertEquals(answer.headers.get("refresh"), null);
  assertMatch(await answer.text(), /href="\/login\?next=\/rooms"/);
});
