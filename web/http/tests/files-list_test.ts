import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { listEarlierFiles, listFiles } from "../../files/list.ts";
import { removeFile } from "../../files/remove.ts";
import { enter, onFiles, png } from "../testing/files.ts";

Deno.test(
  "the files of a room are listed, newest first, by kind and in pages, for members alone",
  onFiles(async ({ app, ada, room, added, post }) => {
    const { services } = app;
    const loose = await added("not sent", "loose.txt");
    const ids: string[] = [];
    for (let count = 0; count < 34; count++) {
      const { id } = count % 17 === 0
        ? await added(await png(30, 20), `p${count}.png`)
        : await added(`text ${count}`, `t${count}.txt`);
      ids.unshift(id);
    }
    // Ten to a message, the most it takes.
    for (let from = 30; from >= 0; from -= 10) {
      const some = ids.slice(from, from + 10).reverse();
      assertEquals((await post(some, { clientId: `c${from}` })).status, 201);
    }
    const first = await listFiles(services, room);
    const second = await listFiles(services, room, undefined, first.next);
    const shown = [...first.files, ...second.files].map(({ id }) => id);
    assertEquals([first.files.length, second.files.length, second.next], [
      ...[30, 4, undefined],
    ]);
    assertEquals(new Set(shown), new Set(ids));
    const times = [...first.files, ...second.files].map((file) => file.sentAt!);
    assertEquals(times, times.toSorted((a, b) => b - a));
    assert(!shown.includes(loose.id));
    const pictures = await listFiles(services, room, "pictures");
    assertEquals(
      new Set(pictures.files.map(({ name }) => name)),
      new Set(["p0.png", "p17.png"]),
    );
    assertEquals((await listFiles(services, room, "audio")).files, []);

    const read = (cookie?: string, query = "") =>
      app.ask(`/rooms/${room}/files${query}`, { cookie });
    const html = await (await read(ada.cookie)).text();
    assertStringIncludes(html, `before=${first.next}`);
    assertStringIncludes(html, "/messages/");
    assert(!html.includes("loose.txt"));
    const onlyPictures = await (await read(ada.cookie, "?type=pictures"))
      .text();
    assertStringIncludes(onlyPictures, "p17.png");
    assert(!onlyPictures.includes("t33.txt"));
    for (const query of ["?type=none&before=x", "?before=1-..%2f", "?type="]) {
      assertEquals((await read(ada.cookie, query)).status, 200);
    }
    const eve = await app.person("Eve");
    assertEquals((await read(eve.cookie)).status, 404);
    assertEquals((await read()).status, 303);
    await enter(app, room, eve.account.id);
    assertEquals((await read(eve.cookie)).status, 200);

    // What is deleted is in no list, and leaves nothing in it.
    for (const id of ids) await removeFile(services, id);
    assertEquals((await listFiles(services, room)).files, []);
    const left = await Array.fromAsync(
      services.kv.list({ prefix: ["files_listed"] }),
    );
    assertEquals(left, []);
  }),
);

Deno.test(
  "what was sent before there were lists is listed, last",
  onFiles(async ({ app, room, added, post }) => {
    const { kv } = app.services;
    const [earlier, later] = [await added("1", "a"), await added("2", "b")];
    await post([earlier.id]);
    // As an earlier version left it.
    const key = ["files", earlier.id];
    const { value } = await kv.get<{ sentAt?: number; message?: string }>(key);
    const { sentAt, message: _, ...old } = value!;
    await kv.set(key, old);
    await kv.delete(["files_listed", room, "others", sentAt!, earlier.id]);
    await post([later.id], { clientId: "c2" });
    await listEarlierFiles(app.services);
    const { files } = await listFiles(app.services, room);
    assertEquals(files.map(({ name }) => name), ["b", "a"]);
    assertEquals((await listFiles(app.services, room)).files.length, 2);
  }),
);

Deno.test(
  "nobody keeps a file out of the list by what they call its message",
  onFiles(async ({ app, room, added, post }) => {
    const { id } = await added("secret", "secret.txt");
    const answer = await post([id], { clientId: "preview:1" });
    assertEquals(answer.status, 201);
    const { files } = await listFiles(app.services, room);
    assertEquals(files.map(({ name }) => name), ["secret.txt"]);
  }),
);
