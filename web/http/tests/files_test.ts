import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeJpeg } from "../../faces/codec.ts";
import { LOOSE_MS, sweepFiles } from "../../files/sweep.ts";
import { acceptInvitation } from "../../rooms/accept.ts";
import { invite } from "../../rooms/invite.ts";
import { removeMember } from "../../rooms/members.ts";
import { createRoom } from "../../rooms/rooms.ts";
import type { Message } from "../../../realtime/protocol.ts";
import { codeOf, enter, onFiles, photo, png } from "../testing/files.ts";

Deno.test(
  "one person's pictures do not hold up another's",
  onFiles(async ({ app, room, added, ada }) => {
    const { services: s } = app;
    const bob = await app.person("Bob");
    await invite(s, ada.account, room, bob.account.email);
    const code = /\/invitations\/([\w-]+)/.exec(app.mails.at(-1)!.text)![1];
    await acceptInvitation(s, bob.account, code);
    const done: string[] = [];
    const [large, small] = [await photo(1500, 1000), await photo(40, 40)];
    const hers = [1, 2, 3].map((n) =>
      added(large, `${n}.jpg`).then(() => done.push("Ada"))
    );
    // The others of hers wait by now.
    await Promise.race(hers);
    const his = app.ask(`/api/rooms/${room}/files?name=b.jpg`, {
      method: "POST",
      body: new Uint8Array(small),
      headers: { "content-type": "application/octet-stream" },
      cookie: bob.cookie,
    }).then((answer) => {
      assertEquals(answer.status, 201);
      done.push("Bob");
      return answer.body?.cancel();
    });
    await Promise.all([...hers, his]);
    assertEquals(done.length, 4);
    assert(done.indexOf("Bob") < 3, done.join());
  }),
);

Deno.test(
  "a file is added, sent and read by members, in parts as well, and by nobody else",
  onFiles(async ({ app, ada, room, added, post }) => {
    const file = await added("0123456789", "notes.txt");
    assertEquals([file.name, file.type, file.size], [
      "notes.txt",
      "text/plain",
      10,
    ]);
    const ben = await app.person("Ben");
    const eve = await app.person("Eve");
    await enter(app, room, ben.account.id);
    const address = `/rooms/${room}/files/${file.id}`;
    const read = (cookie: string, headers = {}) =>
      app.ask(address, { cookie, headers });
    // Before it is sent it is its sender's alone.
    assertEquals((await read(ben.cookie)).status, 404);
    assertEquals((await post([file.id])).status, 201);
    const whole = await read(ben.cookie);
    assertEquals([whole.status, await whole.text()], [200, "0123456789"]);
    assertEquals(whole.headers.get("cache-control"), "private, no-cache");
    assertEquals(whole.headers.get("content-length"), "10");
    assertEquals(whole.headers.get("content-type"), "application/octet-stream");
    assertEquals(whole.headers.get("x-content-type-options"), "nosniff");
    assertStringIncludes(
      whole.headers.get("content-disposition")!,
      'attachment; filename="notes.txt"',
    );
    assertStringIncludes(
      whole.headers.get("content-security-policy")!,
      "default-src 'none'",
    );
    assertStringIncludes(
      whole.headers.get("content-security-policy")!,
      "sandbox",
    );
    const etag = whole.headers.get("etag")!;
    assertEquals(
      (await read(ben.cookie, { "if-none-match": etag })).status,
      304,
    );
    for (
      const [range, status, text, told] of [
        ["bytes=2-4", 206, "234", "bytes 2-4/10"],
        ["bytes=7-", 206, "789", "bytes 7-9/10"],
        ["bytes=-3", 206, "789", "bytes 7-9/10"],
        ["bytes=8-99", 206, "89", "bytes 8-9/10"],
        ["bytes=10-", 416, "", "bytes */10"],
        ["bytes=4-2", 200, "0123456789", null],
        ["chars=1-2", 200, "0123456789", null],
      ] as const
    ) {
      const part = await read(ben.cookie, { range });
      assertEquals(
        [
          range,
          part.status,
          await part.text(),
          part.headers.get("content-range"),
        ],
        [range, status, text, told],
      );
    }
    const changed = await read(ben.cookie, {
      range: "bytes=2-4",
      "if-range": '"other"',
    });
    assertEquals([changed.status, (await changed.text()).length], [200, 10]);
    // By its address alone it is nobody's.
    assertEquals((await read(eve.cookie)).status, 404);
    assertEquals((await app.ask(address)).status, 303);
    const { id: other } = await createRoom(app.services, eve.account, "Other");
    const foreign = `/rooms/${other}/files/${file.id}`;
    assertEquals((await app.ask(foreign, { cookie: eve.cookie })).status, 404);
    await removeMember(app.services, ada.account, room, ben.account.id);
    assertEquals((await read(ben.cookie)).status, 404);
    assertEquals(
      (await read(ben.cookie, { "if-none-match": etag })).status,
      404,
    );
  }),
);

Deno.test(
  "only whoever added a file can send it, once, and in its room",
  onFiles(async ({ app, ada, room, added, post }) => {
    const { id } = await added("x");
    const ben = await app.person("Ben");
    await enter(app, room, ben.account.id);
    const { id: other } = await createRoom(app.services, ada.account, "Other");
    assertEquals(await codeOf(await post([id], {}, ben.cookie)), [
      422,
      "file-gone",
    ]);
    assertEquals(await codeOf(await post([id], { roomId: other })), [
      422,
      "file-gone",
    ]);
    assertEquals(await codeOf(await post(["none"])), [422, "file-gone"]);
    // What is refused can be sent otherwise.
    assertEquals(
      (await post([id], { content: "x".repeat(4_001) })).status,
      422,
    );
    const first: Message = await (await post([id], { clientId: "c2" })).json();
    assertEquals(first.files?.map((file) => file.id), [id]);
    assertEquals(await (await post([id], { clientId: "c2" })).json(), first);
    assertEquals(await codeOf(await post([id], { clientId: "c3" })), [
      422,
      "file-gone",
    ]);
  }),
);

Deno.test(
  "without script the room's form sends text and files, and pressed twice it is one message",
  onFiles(async ({ app, ada, room }) => {
    const form = new FormData();
    form.set("content", "Look");
    form.append(
      "file",
      new File(["a".repeat(200_000)], "../..\\a\u202egnp\n.txt"),
    );
    form.append("file", new File(["<svg onload=alert(1)>"], "b.svg"));
    form.set("clientId", "press");
    for (let press = 0; press < 2; press++) {
      const answer = await app.send(`/rooms/${room}`, form, ada.cookie);
      assertEquals(answer.status, 303);
    }
    const { messages } = await app.realtime.history(ada.account, room, {});
    assertEquals(messages.length, 1);
    assertEquals(
      messages[0].files?.map(({ name, type, size }) => [name, type, size]),
      [["agnp .txt", "text/plain", 200_000], ["b.svg", "text/plain", 21]],
    );
    const html = await (await app.ask(`/rooms/${room}`, { cookie: ada.cookie }))
      .text();
    for (const file of messages[0].files!) {
      assertStringIncludes(html, `/rooms/${room}/files/${file.id}?download`);
    }
    // What a browser makes of the form sent without its files.
    const left = await app.send(
      `/rooms/${room}`,
      { content: "Kept", clientId: "left", file: "a.txt" },
      ada.cookie,
    );
    assertEquals(left.status, 422);
    const page = await left.text();
    assertStringIncludes(page, "Your files were not sent.");
    assertStringIncludes(page, "Kept</textarea>");
    // A form without a file chosen, and one with nothing at all.
    const none = new FormData();
    none.set("content", "Only text");
    none.set("file", new File([], ""));
    none.set("clientId", "text");
    assertEquals(
      (await app.send(`/rooms/${room}`, none, ada.cookie)).status,
      303,
    );
    none.set("content", "");
    none.set("clientId", "nothing");
    assertEquals(
      (await app.send(`/rooms/${room}`, none, ada.cookie)).status,
      422,
    );
  }),
);

Deno.test(
  "a form whose file cannot be kept keeps its text",
  onFiles(async ({ app, ada, room, stored }) => {
    const form = new FormData();
    form.set("content", "Typed with care");
    form.append("file", new File([new Uint8Array(1_200_000)], "large"));
    form.set("clientId", "large");
    const answer = await app.send(`/rooms/${room}`, form, ada.cookie);
    const html = await answer.text();
    assertEquals(answer.status, 413);
    assertStringIncludes(html, "A file can have at most 1 MB.");
    assertStringIncludes(html, "Typed with care");
    assertEquals(await stored(), []);
    const signedOut = await app.send(`/rooms/${room}`, form);
    assertEquals(signedOut.status, 401);
    assertStringIncludes(await signedOut.text(), "Typed with care");
  }, { FILE_MAX_MB: "1" }),
);

Deno.test(
  "a picture is made anew: upright, with a thumbnail, and without what its camera wrote",
  onFiles(async ({ app, ada, room, added }) => {
    const file = await added(await photo(1_600, 1_000), "holiday.jpg");
    assertEquals([file.type, file.width, file.height], [
      "image/jpeg",
      1_000,
      1_600,
    ]);
    assert(file.thumbnail);
    assert(/^#[\da-f]{6}$/.test(file.colour!));
    const address = `/rooms/${room}/files/${file.id}`;
    const shown = await app.ask(address, { cookie: ada.cookie });
    assertEquals(shown.headers.get("content-type"), "image/jpeg");
    assertStringIncludes(shown.headers.get("content-disposition")!, "inline");
    const bytes = new TextDecoder("latin1").decode(await shown.bytes());
    assertEquals(bytes.length, file.size);
    for (const trace of ["GPS", "Exif", "script"]) {
      assert(!bytes.includes(trace), trace);
    }
    const small = await app.ask(`${address}/thumbnail`, { cookie: ada.cookie });
    assertEquals([small.status, small.headers.get("content-type")], [
      200,
      "image/webp",
    ]);
    assert((await small.bytes()).length < file.size);
    const little = await added(await png(40, 30), "dot.png");
    assertEquals([little.type, little.width, little.height, little.thumbnail], [
      "image/png",
      40,
      30,
      undefined,
    ]);
    const line = await added(await png(2_000, 2), "line.png");
    assertEquals([line.width, line.height, line.thumbnail], [
      ...[2_000, 2, undefined],
    ]);
    assertEquals(line.colour, "#e48080");
    const none = await app.ask(`/rooms/${room}/files/${little.id}/thumbnail`, {
      cookie: ada.cookie,
    });
    assertEquals(none.status, 404);
  }),
);

Deno.test(
  "what is no picture, too large a one or nothing is refused, and nothing of it stays",
  onFiles(async ({ app, ada, add, stored }) => {
    const whole = await png(300, 200);
    const jpeg = await photo(300, 200);
    const likePng = (text: string) =>
      Uint8Array.from(
        `\x89PNG\r\n\x1a\n${text}`,
        (sign) => sign.charCodeAt(0),
      );
    const huge = whole.slice();
    new DataView(huge.buffer).setUint32(16, 30_000);
    new DataView(huge.buffer).setUint32(20, 30_000);
    for (
      const [bytes, code] of [
        ["", "file-empty"],
        [whole.slice(0, whole.length / 2), "picture-broken"],
        [jpeg.slice(0, jpeg.length / 2), "picture-broken"],
        [huge, "picture-too-large"],
        ["GIF89a\x09\0\x09\0\0\0\0<script>alert(1)</script>", "picture-broken"],
        [likePng("<!doctype html><script>alert(1)</script>"), "picture-broken"],
        [new TextEncoder().encode("\x89PNG<html>"), undefined],
      ] as const
    ) {
      const answer = await add(bytes);
      const { error } = await answer.json();
      assertEquals(error?.code, code);
      if (code) assert(error.message.endsWith("."));
    }
    // The one that only begins like a picture is text, and counted; of the others nothing is.
    assertEquals((await stored()).length, 1);
    const { value } = await app.services.kv.get<Deno.KvU64>([
      "file_bytes",
      ada.account.id,
    ]);
    assertEquals(
      value?.value,
      BigInt(new TextEncoder().encode("\x89PNG<html>").length),
    );
  }),
);

Deno.test(
  "files of a person, and of all, have room up to a limit",
  onFiles(async ({ app, room, added, add }) => {
    const megabyte = new Uint8Array(1_000_000);
    await added(megabyte);
    await added(megabyte);
    assertEquals(await codeOf(await add(megabyte)), [413, "files-full"]);
    const ben = await app.person("Ben");
    await enter(app, room, ben.account.id);
    assertEquals(await codeOf(await add(megabyte, "b", ben.cookie)), [
      413,
      "server-full",
    ]);
    // What is swept makes room.
    assertEquals(await sweepFiles(app.services, Date.now() + 2 * LOOSE_MS), 2);
    await added(megabyte);
  }, { FILE_MB_EACH: "2", FILE_MB_ALL: "2" }),
);

Deno.test(
  "a stream that breaks off leaves nothing",
  onFiles(async ({ app, ada, room, stored }) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(100_000));
      },
      pull: (controller) => controller.error(new Error("cut off")),
    });
    const answer = await app.ask(`/api/rooms/${room}/files?name=a`, {
      method: "POST",
      body,
      headers: { "content-type": "application/octet-stream" },
      cookie: ada.cookie,
    });
    assertEquals(await codeOf(answer), [400, "aborted"]);
    assertEquals(await stored(), []);
    const left = await Array.fromAsync(
      app.services.kv.list({ prefix: ["files"] }),
    );
    assertEquals(left, []);
  }),
);

Deno.test(
  "a picture that grows when it is made anew has no more room than any file",
  onFiles(async ({ add, stored }) => {
    const [width, height] = [2_600, 2_200];
    const data = new Uint8ClampedArray(width * height * 4);
    for (let at = 0; at < data.length; at += 65_536) {
      crypto.getRandomValues(data.subarray(at, at + 65_536));
    }
    const noise = await encodeJpeg({ width, height, data }, 20);
    assert(noise.length < 1_000_000, `${noise.length}`);
    assertEquals(await codeOf(await add(noise)), [413, "files-full"]);
    assertEquals(await stored(), []);
  }, { FILE_MB_EACH: "1" }),
);
