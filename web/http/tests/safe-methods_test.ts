import { assert, assertEquals } from "@std/assert";
import { createRoom } from "../../rooms/rooms.ts";
import { invite } from "../../rooms/invite.ts";
import { testApp } from "../testing/app.ts";

/** Every address a route answers at, with what can stand in for its parameters. */
async function* routesIn(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* routesIn(new URL(`${name}/`, folder));
    else if (/\.tsx?$/.test(name) && !/^_|_test\./.test(name)) {
      const path = new URL(name, folder).pathname.split("/routes")[1];
      yield decodeURIComponent(path).replace(/(\/index)?\.tsx?$/, "") || "/";
    }
  }
}

Deno.test("GET and HEAD change nothing, at any address, signed in or not", async () => {
  await using app = await testApp();
  const { services: s, realtime } = app;
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(s, account, "Bakery");
  const grace = { id: "grace", name: "Grace" };
  for (const clientId of ["c1", "c2"]) {
    const draft = { clientId, content: clientId };
    await realtime.post(grace, room.id, draft);
  }
  await invite(s, account, room.id, "bob@example.com");
  const code = /\/invitations\/([\w-]+)/.exec(app.mails.at(-1)?.text ?? "")
    ?.[1];
  assert(code, "no invitation was mailed");
  const valueOf: Record<string, string[]> = {
    "/rooms/[id]": [room.id],
    "/invitations/[code]": [code],
  };
  const state = async () => {
    const entries = [];
    for await (const { key, versionstamp } of s.kv.list({ prefix: [] })) {
      entries.push([key.join("/"), versionstamp]);
    }
    const summary = await realtime.summaries(account, [room.id]);
    return { entries, summary, mails: app.mails.length };
  };
  const addresses: string[] = [];
  for await (
    const route of routesIn(new URL("../../routes/", import.meta.url))
  ) {
    const known = Object.keys(valueOf).find((path) => route.startsWith(path));
    const value = known ? valueOf[known][0] : "1";
    addresses.push(
      route.replace(/\[\w+\]/, value).replaceAll(/\[+(\.\.\.)?\w+\]+/g, "1"),
    );
  }
  assert(addresses.length > 25, `${addresses.length} addresses`);
  const room_ = `/rooms/${room.id}`;
  addresses.push(
    ...[`${room_}?newest`, `${room_}?after=0`, `${room_}?before=2`],
    `${room_}/search?q=c1`,
    `/api/messages?roomId=${room.id}`,
  );

  const before = await state();
  for (const address of addresses) {
    for (const method of ["GET", "HEAD"]) {
      for (const sent of [undefined, cookie]) {
        const answer = await app.ask(address, { method, cookie: sent });
        await answer.body?.cancel();
        assert(answer.status < 500, `${method} ${address}: ${answer.status}`);
        const what = `${method} ${address}`;
        assertEquals([what, await state()], [what, before]);
      }
    }
  }
  // What goes on after an answer would be seen now.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(await state(), before);
});
