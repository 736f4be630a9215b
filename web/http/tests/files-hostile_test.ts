import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import type { Message } from "../../../realtime/protocol.ts";
import { type AwsStandIns, startAws } from "../../faces/standins/aws.ts";
import { noted } from "../../files/add.ts";
import { s3Files } from "../../files/s3-store.ts";
import { LOOSE_MS, sweepFiles } from "../../files/sweep.ts";
import { streamOf } from "../../files/testing.ts";
import { codeOf, onFiles, photo, png } from "../testing/files.ts";

const LATER = Date.now() + 2 * LOOSE_MS;
const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

Deno.test(
  "names are one line, in one direction, and no path",
  onFiles(async ({ app, ada, room, added, post }) => {
    const given: [string, string][] = [
      [
        "a\r\nContent-Type: text/html\r\n\r\n.txt",
        "html .txt",
      ],
      ["photo\u202egnp.exe", "photognp.exe"],
      ["\u2066right\u2069 to \u200fleft.pdf", "right to left.pdf"],
      ["..\\..\\C:\\secret.txt", "secret.txt"],
      ["../../etc/passwd", "passwd"],
      ["...", "file"],
      ["", "file"],
      ["\0\0", "file"],
      // Nothing to press, or not what it seems.
      ["\u200b", "file"],
      ["\u3164\u2800", "file"],
      ["a\u00adb\u{e0041}.txt", "ab.txt"],
      [`report.pdf${"\u3000".repeat(60)}.exe`, "report.pdf .exe"],
      [`a${"\u0315".repeat(150)}.txt`, `a${"\u0315".repeat(4)}.txt`],
      ['"; filename="x.html', '"; filename="x.html'],
      ["שלום.txt", "שלום.txt"],
      [`${"long".repeat(100)}.tar.gz`, `${"long".repeat(49)}l.gz`],
    ];
    const ids: string[] = [];
    for (const [name, shown] of given) {
      const file = await added(name || "x", name);
      assertEquals(file.name.slice(-80), shown.slice(-80));
      assert(file.name.length <= 200);
      ids.push(file.id);
    }
    await post(ids.slice(0, 10));
    for (const id of ids) {
      const answer = await app.ask(`/rooms/${room}/files/${id}`, {
        cookie: ada.cookie,
      });
      const told = answer.headers.get("content-disposition")!;
      assert(
        /^attachment; filename="[^"\\]*"; filename\*=UTF-8''[\w.%~!$&+^`|-]*$/
          .test(told),
        told,
      );
      await answer.body?.cancel();
    }
  }),
);

Deno.test(
  "what only looks like a picture, or is two things at once, never runs",
  onFiles(async ({ app, ada, room, added, add }) => {
    const script = "<script>alert(document.domain)</script>";
    const whole = await png(40, 30);
    const headed = whole.slice();
    headed.set(new TextEncoder().encode("<html>" + script).slice(0, 60), 33);
    // A PNG that is HTML is damaged, and told so.
    const answer = await add(headed, "page.png");
    assertEquals((await answer.json()).error, {
      code: "picture-broken",
      message:
        "This picture is damaged, so it cannot be shown. Choose another, or send it as a zip file.",
      fields: {
        file:
          "This picture is damaged, so it cannot be shown. Choose another, or send it as a zip file.",
      },
    });
    const read = async (id: string) => {
      const file = await app.ask(`/rooms/${room}/files/${id}`, {
        cookie: ada.cookie,
      });
      assertEquals(file.headers.get("x-content-type-options"), "nosniff");
      assertStringIncludes(
        file.headers.get("content-security-policy")!,
        "default-src 'none'",
      );
      assertStringIncludes(
        file.headers.get("content-security-policy")!,
        "sandbox",
      );
      return { headers: file.headers, bytes: await file.bytes() };
    };
    // What is behind a picture's end is gone: it was made anew.
    for (const picture of [whole, await photo(60, 40)]) {
      const both = await new Blob([
        new Uint8Array(picture),
        `PK\x03\x04${script}`,
      ]).bytes();
      const { id, width } = await added(both, "both.png");
      assert(width);
      const { bytes } = await read(id);
      assert(
        !text(bytes).includes("script") && !text(bytes).includes("PK\x03"),
      );
    }
    // What is no picture is saved, as bytes.
    for (
      const [name, content] of [
        ["page.html", script],
        [
          "drawing.svg",
          `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`,
        ],
        ["page.pdf", `%PDF-1.7\n${script}`],
        ["page.png", script],
      ]
    ) {
      const { id } = await added(content, name);
      const { headers, bytes } = await read(id);
      assertEquals(headers.get("content-type"), "application/octet-stream");
      assertStringIncludes(headers.get("content-disposition")!, "attachment;");
      assertEquals(text(bytes), content);
    }
  }),
);

Deno.test(
  "an archive is never unpacked, and a recording may not say how long it is",
  onFiles(async ({ app, ada, room, added, stored }) => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(20_000_000)));
    const { id, size, type } = await added(bomb, "bomb.gz");
    assertEquals([type, size], ["application/gzip", bomb.length]);
    assert(size < 30_000);
    assertEquals(await stored(), [`${id}.file`]);
    // As a browser records: a segment and a cluster of unknown length, and no duration.
    const webm = new Uint8Array([
      ...[0x1a, 0x45, 0xdf, 0xa3, 0x84, 0x42, 0x86, 0x81, 1],
      ...[0x18, 0x53, 0x80, 0x67, 1, 255, 255, 255, 255, 255, 255, 255],
      ...[0x1f, 0x43, 0xb6, 0x75, 1, 255, 255, 255, 255, 255, 255, 255],
    ]);
    const video = await added(webm, "call.webm");
    assertEquals(video.type, "video/webm");
    const part = await app.ask(`/rooms/${room}/files/${video.id}`, {
      cookie: ada.cookie,
      headers: { range: "bytes=9-12" },
    });
    assertEquals([part.status, part.headers.get("content-type")], [
      ...[206, "video/webm"],
    ]);
    assertEquals(await part.bytes(), webm.slice(9, 13));
  }),
);

Deno.test(
  "a form that is cut off anywhere leaves nothing, and is told so",
  onFiles(async ({ app, ada, room, stored }) => {
    const whole = [
      '--cut\r\ncontent-disposition: form-data; name="content"\r\n\r\nKept\r\n',
      '--cut\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\n',
      `content-type: application/octet-stream\r\n\r\n${"x".repeat(50_000)}`,
      "\r\n--cut--\r\n",
    ].join("");
    const header = whole.indexOf("filename=");
    for (
      const end of [
        10, // in the first boundary
        40, // in the header of a text
        header + 12, // in the header of the file
        whole.indexOf("\r\n\r\nxxx") + 2, // between header and file
        Math.floor(whole.length / 2), // in the file
        whole.length - 12, // before the last boundary
        whole.length - 6, // in the last boundary
      ]
    ) {
      const answer = await app.ask(`/rooms/${room}`, {
        method: "POST",
        body: whole.slice(0, end),
        headers: { "content-type": "multipart/form-data; boundary=cut" },
        cookie: ada.cookie,
      });
      const html = await answer.text();
      assertEquals([end, answer.status], [end, 400]);
      assertStringIncludes(html, "The form arrived damaged.");
      await sweepFiles(app.services, LATER);
      assertEquals([end, await stored()], [end, []]);
    }
    const { messages } = await app.realtime.history(ada.account, room, {});
    assertEquals(messages, []);
  }),
);

Deno.test(
  "two uploads under one client id are one message, and what came again is swept",
  onFiles(async ({ app, room, added, post, stored }) => {
    const [one, two] = [await added("one"), await added("one")];
    const answers = await Promise.all([post([one.id]), post([two.id])]);
    const messages: Message[] = await Promise.all(
      answers.map((answer) => answer.json()),
    );
    assertEquals(answers.map(({ status }) => status), [201, 201]);
    assertEquals(messages[0], messages[1]);
    const [{ id }] = messages[0].files!;
    app.services.realtime.clips = (of) =>
      Promise.resolve({ clips: [], files: of === room ? [id] : [] });
    await sweepFiles(app.services, LATER);
    assertEquals(await stored(), [`${id}.file`]);
    assertEquals(await codeOf(await post([two.id], { clientId: "c2" })), [
      ...[422, "file-gone"],
    ]);
  }),
);

Deno.test(
  "what a process that ended had half kept is swept, from a bucket as well",
  onFiles(async ({ app, ada, room, added, stored }) => {
    const { services } = app;
    const half = async (id: string, sinceMs: number) => {
      await services.kv.atomic().set(["files", id], {
        ...{ id, name: "half", type: "text/plain", size: 0, counted: 0 },
        ...{ roomId: room, owner: ada.account.id, state: "coming" },
      })
        .set(["files_by_room", room, id], true)
        .set(["files_by_person", ada.account.id, id], true)
        .set(["files_loose", id], Date.now() - sinceMs)
        .commit();
    };
    const whole = await added("stays for an hour");
    await half("folder", LOOSE_MS + 1_000);
    const { dataDir } = services.config;
    await Deno.writeTextFile(`${dataDir}/files/${room}/folder.file.part`, "h");
    assertEquals(await sweepFiles(services), 1);
    assertEquals(await stored(), [`${whole.id}.file`]);
    await sweepFiles(services, LATER);
    assertEquals(await stored(), []);

    const aws: AwsStandIns = startAws();
    const store = s3Files(aws.config);
    try {
      services.files = store;
      const kept = await added("stays for an hour");
      await half("bucket", LOOSE_MS + 1_000);
      const denied = { code: "AccessDenied", status: 403 };
      aws.s3.faults.always("UploadPart", denied);
      aws.s3.faults.always("AbortMultipartUpload", denied);
      await store.put(`${room}/bucket`, streamOf("half")).catch(() => {});
      aws.s3.faults.always("AbortMultipartUpload", null);
      assertEquals(aws.s3.uploading, [`files/${room}/bucket`]);
      assertEquals(await sweepFiles(services), 1);
      assertEquals(aws.s3.uploading, []);
      assertEquals(aws.s3.versions.map(({ key }) => key), [
        `files/${room}/${kept.id}`,
      ]);
      await sweepFiles(services, LATER);
      assertEquals(aws.s3.versions, []);
    } finally {
      await store.close();
      await aws.close();
    }
    const left = await Array.fromAsync(services.kv.list({ prefix: ["files"] }));
    assertEquals(left, []);
  }),
);

Deno.test(
  "a file that comes for longer than an hour is not swept",
  onFiles(async ({ app }) => {
    const { kv } = app.services;
    await kv.set(["files_loose", "slow"], 0);
    const bytes = noted(app.services, "slow", streamOf("1", "2"), 0);
    for await (const _ of bytes);
    const { value } = await kv.get<number>(["files_loose", "slow"]);
    assert(value! > 0);
  }),
);
