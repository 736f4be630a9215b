import { assert, assertEquals, assertMatch } from "@std/assert";
import type { EntryFrame } from "../../../realtime/protocol.ts";
import { endSession } from "../../accounts/sessions.ts";
import { UNKNOWN } from "../../client/drawn/times.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { liveDocument } from "./live.tsx";
import { testApp } from "../testing/app.ts";

Deno.test("live messages stream as HTML, in a frame of our own page only", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(app.services, account, "Bakery");
  const say = (content: string, clientId: string) =>
    app.realtime.post(account, room.id, {
      clientId,
      content,
    });
  await say("already on the page", "c1");
  await say("came in between", "c2");

  const answer = await app.ask(`/rooms/${room.id}/live?after=1`, { cookie });
  const policy = answer.headers.get("content-security-policy") ?? "";
  assertMatch(policy, /frame-ancestors 'self'/);
  assertMatch(policy, /script-src 'none'/);
  assertMatch(answer.headers.get("cache-control") ?? "", /no-store/);

  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let html = "";
  const readUntil = async (text: string) => {
    while (!html.includes(text)) html += (await reader.read()).value ?? "";
  };
  await readUntil("came in between");
  await say("just now & <b>", "c3");
  await readUntil("just now &amp; &lt;b>");
  assert(!html.includes("already on the page"));
  assert(!html.includes("</html>"));
  await reader.cancel();
});

Deno.test("asking for the headers of live messages opens no stream", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(app.services, account, "Bakery");
  let streams = 0;
  const { stream } = app.realtime;
  app.realtime.stream = (...args) => (streams++, stream(...args));
  const head = (id: string) =>
    app.ask(`/rooms/${id}/live`, { method: "HEAD", cookie });
  const { status, headers, body } = await head(room.id);
  // A stream would be opened by and by.
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals([status, body, streams], [200, null, 0]);
  assertMatch(headers.get("content-type") ?? "", /^text\/html/);
  assertEquals((await head("none")).status, 404);
});

Deno.test("the live document ends with a way on when the session or the stream ends", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(app.services, account, "Bakery");
  const sessionToken = cookie.split("=")[1];
  const closed: string[] = [];
  const read = async (entries: ReadableStream, name: string) => {
    const document = liveDocument(app.services, {
      room,
      me: account.id,
      sessionToken,
      clock: UNKNOWN,
      entries(signal) {
        signal.addEventListener("abort", () => closed.push(name));
        return entries;
      },
      onSeen: () => Promise.resolve(),
      heartbeat: 1,
    });
    return await new Response(document).text();
  };
  const ended = new ReadableStream({ start: (it) => it.close() });
  assertMatch(await read(ended, "ended"), /stopped\.[^]*<\/html>/);

  const broken = new ReadableStream({ start: (it) => it.error("gone") });
  assertMatch(await read(broken, "broken"), /was lost\.[^]*<\/html>/);

  await endSession(app.services, sessionToken);
  assertMatch(await read(new ReadableStream(), "signed out"), /<\/html>/);
  assertEquals(closed, ["ended", "broken", "signed out"]);
});

Deno.test("what a message lost with its sender's account is told, and is no edit", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(app.services, account, "Bakery");
  const shed: EntryFrame = {
    ...{ event: "message-edited", roomId: room.id, epoch: "1", offset: 2 },
    ...{ id: "1-1", clientId: "shed/1-1", content: "Look", timestamp: 2 },
    sender: { id: "grace", name: "Deleted person" },
    preview: { address: "" },
    shed: true,
  };
  const document = liveDocument(app.services, {
    ...{ room, me: account.id, sessionToken: cookie.split("=")[1] },
    clock: UNKNOWN,
    entries: () => ReadableStream.from([shed]),
    onSeen: () => Promise.resolve(),
  });
  const html = (await new Response(document).text()).replace(/\s+/g, " ");
  assertMatch(html, /are gone: its sender deleted their account\./);
  assert(!html.includes("was changed"), html);
});

Deno.test("what stands in the live frame for a moment is read; what is prefetched or left is not", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(app.services, account, "Bakery");
  const grace = { id: "grace", name: "Grace" };
  const say = (clientId: string) =>
    app.realtime.post(grace, room.id, { clientId, content: clientId });
  const unread = async () =>
    (await app.realtime.summaries(account, [room.id]))[room.id].unread;
  const open = (headers: Record<string, string> = {}) =>
    app.ask(`/rooms/${room.id}/live?after=1`, { cookie, headers });
  await say("c1");
  await say("c2");
  const unwatched: Record<string, string>[] = [
    { "sec-purpose": "prefetch;prerender" },
    { purpose: "prefetch" },
    { "sec-fetch-dest": "empty" },
  ];
  for (const headers of unwatched) {
    const reader = (await open(headers)).body!.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await reader.cancel();
  }
  // Who looks and leaves has not read.
  await (await open()).body!.cancel();
  assertEquals(await unread(), 2);

  const frame = await open({ "sec-fetch-dest": "iframe" });
  const reader = frame.body!.getReader();
  const pump = (async () => {
    while (!(await reader.read()).done);
  })();
  const untilRead = async () => {
    while (await unread()) await new Promise((done) => setTimeout(done, 20));
  };
  await untilRead();
  await say("c3");
  assertEquals(await unread(), 1);
  await untilRead();
  await reader.cancel();
  await pump;
});
