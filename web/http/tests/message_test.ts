import { assert, assertEquals, assertMatch } from "@std/assert";
import { createRoom } from "../../rooms/rooms.ts";
import { testApp } from "../testing/app.ts";

/** A room with a message of Ada and a reply of Jonas's to come. */
async function stage() {
  const app = await testApp();
  const ada = await app.person("Ada");
  const room = await createRoom(app.services, ada.account, "Bakery");
  const draft = { clientId: "c1", content: "The oven is here" };
  const { id } = await app.realtime.post(ada.account, room.id, draft);
  const path = `/rooms/${room.id}/messages/${id}`;
  const now = () => app.realtime.find(ada.account, room.id, id);
  const html = async (at = path) =>
    await (await app.ask(at, { cookie: ada.cookie })).text();
  const send = (form: Record<string, string>) =>
    app.send(path, form, ada.cookie);
  return { app, ada, room, id, path, now, html, send };
}

Deno.test("a message's time leads to a page where it is edited, reacted to and deleted", async () => {
  const { app, room, path, now, html, send } = await stage();
  await using _ = app;
  assertMatch(await html(`/rooms/${room.id}`), new RegExp(`href="${path}"`));
  assertMatch(await html(), new RegExp(`value="http[^"]*${path}"`));

  const content = "It is <b>here</b>\r\nat last";
  await send({ intent: "edit", content });
  assertEquals((await now()).content, "It is <b>here</b>\nat last");
  assertMatch(
    await html(`${path}?done=edit`),
    /Message edited\.[^]*class="mark">edited/,
  );

  const { editedAt } = await now();
  await send({ intent: "edit", content });
  assertEquals((await now()).editedAt, editedAt);

  for (let press = 0; press < 2; press++) {
    await send({ intent: "react", emoji: "👍", on: "1" });
    assertEquals((await now()).reactions?.["👍"].length, 1);
    // Once on the page, as what it can be taken back with.
    assertEquals((await html()).match(/👍 1/g)?.length, 1);
  }
  await send({ intent: "react", emoji: "👍", on: "" });
  assertEquals((await now()).reactions, {});

  for (let press = 0; press < 2; press++) {
    const { status } = await send({ intent: "delete" });
    assertEquals(status, 303);
  }
  assert((await now()).deletedAt);
  const gone = await html();
  assert(!gone.includes('value="edit"') && !gone.includes('value="delete"'));
});

Deno.test("a reply quotes the message, whose address is in the quote, and is sent once", async () => {
  const { app, ada, room, id, path, html, send } = await stage();
  await using _ = app;
  const form = { intent: "reply", content: "At last", clientId: "r1" };
  await send(form);
  const answer = await send(form);
  assertEquals(answer.headers.get("location"), `/rooms/${room.id}#latest`);
  const { messages } = await app.realtime.history(
    ada.account,
    room.id,
    {},
  );
  assertEquals(messages.map(({ replyTo }) => replyTo), [undefined, id]);
  const page = await html(`/rooms/${room.id}`);
  assertMatch(
    page,
    new RegExp(`<a [^>]*class="quote truncate"[^>]*href="${path}"`),
  );
});

Deno.test("what a form of a message cannot do is said, and its text kept", async () => {
  const { app, path, now, send } = await stage();
  await using _ = app;
  const long = "x".repeat(4_001);
  const refused = await send({ intent: "edit", content: long });
  assertEquals(refused.status, 422);
  assertMatch(await refused.text(), new RegExp(`>${long}</textarea>`));
  const blank = await send({ intent: "edit", content: " \u200b" });
  assertEquals(blank.status, 422);
  assertEquals((await now()).content, "The oven is here");

  await send({ intent: "delete" });
  const late = await send({ intent: "edit", content: "Kept <i>text</i>" });
  assertEquals(late.status, 404);
  const page = await late.text();
  assertMatch(page, /value="send"[^]*<textarea[^>]*>Kept &lt;i>text/);

  assertEquals((await send({ intent: "x" })).status, 400);
  const eve = await app.person("Eve");
  const asked = await app.ask(path, { cookie: eve.cookie });
  const sent = await app.send(path, { intent: "delete" }, eve.cookie);
  assertEquals([asked.status, sent.status], [404, 404]);
});

Deno.test("others' messages offer no edit, and only an admin deletes them", async () => {
  const { app, ada, room } = await stage();
  await using _ = app;
  const jonas = { id: "jonas", name: "Jonas" };
  const draft = { clientId: "j1", content: "Mine" };
  const { id } = await app.realtime.post(jonas, room.id, draft);
  const path = `/rooms/${room.id}/messages/${id}`;
  const page = await (await app.ask(path, { cookie: ada.cookie })).text();
  assert(!page.includes('value="edit"') && page.includes('value="delete"'));
  const edit = { intent: "edit", content: "Not mine" };
  const refused = await app.send(path, edit, ada.cookie);
  assertEquals(refused.status, 403);
  assertMatch(await refused.text(), /Only the person who wrote/);
});

Deno.test("the composer's text goes along to the page that takes a recording", async () => {
  const { app, ada, room } = await stage();
  await using _ = app;
  const path = `/rooms/${room.id}/dictate`;
  const answer = await app.send(path, { content: "So far" }, ada.cookie);
  const page = await answer.text();
  assertMatch(page, /<textarea[^>]*>So far/);
  assertMatch(page, /type="file"[^>]*name="recording"/);

  const form = new FormData();
  form.set("content", "So far");
  form.set("recording", new File([], ""));
  const none = await app.send(path, form, ada.cookie);
  assertEquals(none.status, 422);
  const again = await none.text();
  assertMatch(again, /<textarea[^>]*>So far[^]*id="recording-error"/);

  form.set("recording", new File([new Uint8Array(12e6)], "long.wav"));
  const large = await app.send(path, form, ada.cookie);
  assertEquals(large.status, 413);
  const page3 = await large.text();
  assertMatch(page3, /<textarea[^>]*>So far[^]*more than 10 MB/);
});

Deno.test("what the room log keeps otherwise than it was typed is sent once, and changed once", async () => {
  const { app, ada, room, now, send } = await stage();
  await using _ = app;
  const path = `/rooms/${room.id}`;
  const marked = `a${"\u0301".repeat(40)}`;
  const kept = `a${"\u0301".repeat(30)}`;
  const write = async (fields: Record<string, string | File>) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return (await app.send(path, form, ada.cookie)).status;
  };
  const said = async () => {
    const { messages } = await app.realtime
      .history(ada.account, room.id, { after: 1 });
    return messages.map(({ content, files = [] }) => [content, files.length]);
  };
  // Marks beyond the thirtieth are cut.
  assertEquals(await write({ content: marked, clientId: "c2" }), 303);
  assertEquals(await said(), [[kept, 0]]);
  // A text of which nothing is seen, as of a keyboard that marks its direction, is none.
  const file = new File(["x"], "a.txt");
  const unseen = { content: "\u200f", clientId: "c3", file };
  for (let press = 0; press < 2; press++) {
    assertEquals(await write(unseen), 303);
    assertEquals(await said(), [[kept, 0], ["", 1]]);
  }
  await send({ intent: "edit", content: marked });
  const { content, editedAt } = await now();
  assertEquals(content, kept);
  await send({ intent: "edit", content: marked });
  assertEquals((await now()).editedAt, editedAt);
});
