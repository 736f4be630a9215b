import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import encodePng from "@jsquash/png/encode.js";
import type { Message } from "../../../realtime/protocol.ts";
import { LOOSE_MS, sweepFiles } from "../../files/sweep.ts";
import { listFiles } from "../../files/list.ts";
import { read as readFile } from "../../files/records.ts";
import type { Outside } from "../../previews/outside.ts";
import { finishPreviews } from "../../previews/queue.ts";
import { endPictures } from "../../files/pictures/worker-pool.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { testApp } from "../testing/app.ts";

const PAGE = `<title>Tea &lt;b&gt; time</title>
<meta name="description" content="All about tea">
<meta property="og:image" content="/tea.png">`;

/** A site of somebody else, and the product with Ada in a room. */
async function stage(env: Record<string, string> = {}) {
  const data = new Uint8ClampedArray(8 * 4 * 4).fill(200);
  const picture = await encodePng(new ImageData(data, 8, 4));
  const asked: string[] = [];
  const site = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (
    request,
  ) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    if (pathname === "/tea.png") {
      return new Response(picture, {
        headers: { "content-type": "image/png" },
      });
    }
    if (pathname === "/bomb.html") {
      return new Response(PAGE.replace("/tea.png", "/bomb.png"), {
        headers: { "content-type": "text/html" },
      });
    }
    if (pathname === "/bomb.png") {
      // It says that it has 30,000 pixels each way.
      const bytes = new Uint8Array(picture);
      new DataView(bytes.buffer).setUint32(16, 30_000);
      new DataView(bytes.buffer).setUint32(20, 30_000);
      return new Response(bytes, { headers: { "content-type": "image/png" } });
    }
    return new Response(PAGE, { headers: { "content-type": "text/html" } });
  });
  const outside: Outside = {
    addressesOf: () => Promise.resolve(["127.0.0.1"]),
    isOpen: (_address, port) => port === site.addr.port,
  };
  const app = await testApp(env, outside);
  const ada = await app.person("Ada");
  const room = await createRoom(app.services, ada.account, "Tea");
  const origin = `http://tea.test:${site.addr.port}`;
  const say = (content: string) =>
    app.services.realtime.post(ada.account, room.id, {
      clientId: crypto.randomUUID(),
      content,
    });
  /** What realtime does, and what follows. */
  const tell = async ({ id }: Message, who = ada) => {
    const { token } = await app.services.signer.personToken(
      "realtime",
      who.account,
    );
    const answer = await app.ask("/api/internal/links", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ roomId: room.id, id }),
    });
    await finishPreviews(app.services);
    return answer.status;
  };
  const find = ({ id }: Message) =>
    app.services.realtime.find(ada.account, room.id, id);
  return {
    ...{ app, ada, room, origin, asked, say, tell, find },
    async [Symbol.asyncDispose]() {
      endPictures();
      await app[Symbol.asyncDispose]();
      await site.shutdown();
    },
  };
}

Deno.test("a link is looked up once, shown as text with its picture, and removed by its sender", async () => {
  await using it = await stage();
  const { app, ada, room, asked, say, tell, find } = it;
  const message = await say(`see ${it.origin}/page`);
  assertEquals(await tell(message), 204);
  const { preview } = await find(message);
  assertEquals(preview?.title, "Tea <b> time");
  assertEquals(preview?.description, "All about tea");
  assertEquals([preview?.picture?.width, preview?.picture?.height], [8, 4]);
  await tell(message);
  assertEquals(asked, ["/page", "/tea.png"]);

  const path = `/rooms/${room.id}`;
  const page = await (await app.ask(path, { cookie: ada.cookie })).text();
  assertStringIncludes(page, "<bdi>Tea &lt;b> time</bdi>");
  const picture = `${path}/files/${preview!.picture!.id}`;
  assertStringIncludes(page, `src="${picture}?`);
  const bytes = await app.ask(picture, { cookie: ada.cookie });
  assertEquals([bytes.status, bytes.headers.get("content-type")], [
    200,
    "image/png",
  ]);
  await bytes.body?.cancel();
  // It is none of the files that people sent.
  assertEquals(
    (await listFiles(app.services, room.id)).files.map(({ id }) => id),
    [],
  );
  const stranger = await app.person("Eve");
  assertEquals(
    (await app.ask(picture, { cookie: stranger.cookie })).status,
    404,
  );

  const own = `${path}/messages/${message.id}`;
  assertStringIncludes(
    await (await app.ask(own, { cookie: ada.cookie })).text(),
    "Remove the preview",
  );
  const press = () => app.send(own, { intent: "remove-preview" }, ada.cookie);
  assertEquals((await press()).status, 303);
  assertEquals((await press()).status, 303);
  assertEquals((await find(message)).preview, undefined);
  assertEquals(
    (await readFile(app.services, preview!.picture!.id)).value,
    null,
  );
  await tell(message);
  assertEquals((await find(message)).preview, undefined);
});

Deno.test("the picture of a page that no message shows is swept, and one that a message shows is not", async () => {
  await using it = await stage();
  const { app: { services }, room } = it;
  const { showPreview } = services.realtime;
  const kept = () =>
    Array.fromAsync(
      services.kv.list({ prefix: ["files"] }),
      ({ key }) => String(key[1]),
    );
  const sweep = async (isShown: boolean) => {
    const files = isShown ? await kept() : [];
    services.realtime.clips = () => Promise.resolve({ clips: [], files });
    return await sweepFiles(services, Date.now() + 2 * LOOSE_MS);
  };
  /** The process ends once the picture is kept, before or after everyone was told of it. */
  const end = async (isShown: boolean) => {
    services.realtime.showPreview = async (roomId, previewed) => {
      if (isShown) await showPreview(roomId, previewed);
      services.kv.atomic = () => {
        throw new Error("killed");
      };
      throw new Error("killed");
    };
    await it.tell(await it.say(`${it.origin}/page`)).catch(() => {});
    delete (services.kv as Partial<Deno.Kv>).atomic;
  };
  await end(false);
  assertEquals((await kept()).length, 1);
  assertEquals(await sweepFiles(services), 0);
  assertEquals(await sweep(false), 1);
  assertEquals(await kept(), []);
  await end(true);
  assertEquals((await kept()).length, 1);
  assertEquals(await sweep(true), 0);
  assertEquals(await sweep(false), 0);
  const [id] = await kept();
  assertEquals((await readFile(services, id)).value?.state, "sent");
  assertEquals((await listFiles(services, room.id)).files, []);
});

Deno.test("a picture that is a bomb is left out, and the words are shown", async () => {
  await using it = await stage();
  const message = await it.say(`${it.origin}/bomb.html`);
  await it.tell(message);
  const { preview } = await it.find(message);
  assertEquals([preview?.title, preview?.picture], ["Tea <b> time", undefined]);
});

Deno.test("when the link is edited away its picture goes, and the next is looked up", async () => {
  await using it = await stage();
  const { app, ada, room } = it;
  const message = await it.say(`${it.origin}/one`);
  await it.tell(message);
  const first = (await it.find(message)).preview!.picture!.id;
  await app.services.realtime.amend(ada.account, room.id, {
    event: "edit-message",
    id: message.id,
    content: `${it.origin}/two, and not ${it.origin}/one`,
  });
  await it.tell(message);
  const { preview } = await it.find(message);
  assertEquals(preview?.address, `${it.origin}/two`);
  assertEquals((await readFile(app.services, first)).value, null);
  assert((await readFile(app.services, preview!.picture!.id)).value);
});

Deno.test("nobody has another's message looked up, nor one of a room they are not in", async () => {
  await using it = await stage();
  const message = await it.say(`${it.origin}/page`);
  const eve = await it.app.person("Eve");
  assertEquals(await it.tell(message, eve), 204);
  assertEquals(it.asked, []);
  const answer = await it.app.ask("/api/internal/links", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ roomId: it.room.id, id: message.id }),
  });
  assertEquals(answer.status, 401);
  await answer.body?.cancel();
});

Deno.test("what one person has looked up is bounded", async () => {
  await using it = await stage();
  for (let i = 0; i < 40; i++) {
    await it.tell(await it.say(`${it.origin}/page-${i}`));
  }
  const pages = it.asked.filter((path) => path.startsWith("/page"));
  assert(pages.length >= 30 && pages.length < 40, String(pages.length));
});

Deno.test("with LINK_PREVIEWS=off nothing is looked up", async () => {
  await using it = await stage({ LINK_PREVIEWS: "off" });
  const message = await it.say(`${it.origin}/page`);
  assertEquals(await it.tell(message), 204);
  assertEquals(it.asked, []);
});
