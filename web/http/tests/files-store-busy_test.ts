/** What people and programs see while the store of files has no time: here S3, which throttles. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startAws } from "../../faces/standins/aws.ts";
import { filesUnavailable } from "../../files/errors.ts";
import { s3Files } from "../../files/s3-store.ts";
import { LOOSE_MS, sweepFiles } from "../../files/sweep.ts";
import { onFiles, photo, type Stage } from "../testing/files.ts";

const BUSY = [
  { code: "SlowDown", status: 503 },
  { code: "TooManyRequestsException", status: 429 },
];

const onS3 = (
  run: (
    stage: Stage,
    s3: ReturnType<typeof startAws>["s3"],
  ) => Promise<void>,
) =>
  onFiles(async (stage) => {
    const aws = startAws();
    const store = s3Files(aws.config);
    stage.app.services.files = store;
    try {
      await run(stage, aws.s3);
    } finally {
      await store.close();
      await aws.close();
    }
  });

/** What an answer says, if it is the one of a store that has no time. */
async function saidBy(answer: Response) {
  const { error } = await answer.json();
  assertEquals([answer.status, error.code], [503, "files-unavailable"]);
  assertEquals(answer.headers.get("retry-after"), "5");
  return error.message;
}

const SENTENCE =
  "Files are unavailable at the moment. Please try again shortly.";

Deno.test(
  "S3 that throttles for a moment is waited for",
  onS3(async ({ added, app, room, ada }, s3) => {
    for (const busy of BUSY) {
      for (
        const operation of [
          ...["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"],
        ] as const
      ) s3.faults.next(operation, busy);
      const { id } = await added("patience");
      s3.faults.next("GET object", busy);
      const read = await app.ask(`/rooms/${room}/files/${id}`, {
        cookie: ada.cookie,
      });
      assertEquals([read.status, await read.text()], [200, "patience"]);
    }
    assertEquals([s3.versions.length, s3.uploading], [2, []]);
  }),
);

Deno.test(
  "S3 that goes on throttling is told in a sentence, nothing is half there, and later it works",
  onS3(async ({ app, ada, add, added, post, room }, s3) => {
    const { kv } = app.services;
    const isEmpty = async () => {
      // What could not be deleted then goes with the sweep.
      await sweepFiles(app.services, Date.now() + 2 * LOOSE_MS);
      assertEquals([s3.versions.length, s3.uploading], [0, []]);
      for (const prefix of [["files"], ["files_loose"]]) {
        const left = await Array.fromAsync(kv.list({ prefix }));
        assertEquals(left, []);
      }
      const { value } = await kv.get<Deno.KvU64>([
        ...["file_bytes", ada.account.id],
      ]);
      assertEquals(value?.value ?? 0n, 0n);
    };
    for (
      const operation of [
        ...["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"],
      ] as const
    ) {
      s3.faults.always(operation, BUSY[0]);
      assertEquals(await saidBy(await add("by a program")), SENTENCE);
      s3.faults.always(operation, null);
      await isEmpty();
    }
    // A form keeps what was typed, and no message is there.
    s3.faults.always("UploadPart", BUSY[1]);
    const form = new FormData();
    form.set("content", "Typed with care");
    form.append(
      "file",
      new File([new Uint8Array(await photo(900, 700))], "a.jpg"),
    );
    form.set("clientId", "form");
    const page = await app.send(`/rooms/${room}`, form, ada.cookie);
    assertEquals(page.status, 503);
    const html = await page.text();
    assertStringIncludes(html, SENTENCE);
    assertMatch(html, /Typed with care<\/textarea>/);
    const history = () => app.realtime.history(ada.account, room, {});
    assertEquals((await history()).messages, []);
    s3.faults.always("UploadPart", null);
    await isEmpty();
    // The same form, sent again: it was not done, so this is no second time.
    const again = await app.send(`/rooms/${room}`, form, ada.cookie);
    assertEquals(again.status, 303);
    assertEquals((await history()).messages.length, 1);
    assertEquals(s3.versions.length, 2);

    // What is there cannot be read for now, and nothing else is said of it.
    const { id } = await added("kept");
    await post([id], { clientId: "kept" });
    s3.faults.always("GET object", BUSY[0]);
    const read = () =>
      app.ask(`/rooms/${room}/files/${id}`, { cookie: ada.cookie });
    const away = await read();
    assertEquals([away.status, away.headers.get("retry-after")], [503, "5"]);
    assertEquals(away.headers.get("etag"), null);
    assertStringIncludes(await away.text(), SENTENCE);
    s3.faults.always("GET object", null);
    assertEquals(await (await read()).text(), "kept");
  }),
);

/** A form with a text behind a file. */
function formOf(clientId: string): FormData {
  const form = new FormData();
  form.set("clientId", clientId);
  form.append("file", new File(["the plan"], "plan.txt"));
  form.append("content", "Typed with care");
  return form;
}

Deno.test(
  "nobody waits for a store that is silent while what is left of a file is cleared away",
  onFiles(async ({ app, ada, room }) => {
    const cleared = Promise.withResolvers<void>();
    const { files } = app.services;
    app.services.files = {
      ...files,
      get: (...args) => files.get(...args),
      put: () => Promise.reject(filesUnavailable()),
      delete: () => cleared.promise,
    };
    const page = await app.send(`/rooms/${room}`, formOf("c2"), ada.cookie);
    assertEquals(page.status, 503);
    assertMatch(await page.text(), /Typed with care<\/textarea>/);
    cleared.resolve();
    const left = () =>
      Array.fromAsync(app.services.kv.list({ prefix: ["files"] }));
    while ((await left()).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }),
);
