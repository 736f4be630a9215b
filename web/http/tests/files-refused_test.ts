import { assertEquals, assertStringIncludes } from "@std/assert";
import { filesUnavailable } from "../../files/errors.ts";
import { onFiles, type Stage } from "../testing/files.ts";

/** A room's form without script, with files of so many bytes. */
function formOf(...sizes: number[]): FormData {
  const form = new FormData();
  form.set("content", "Typed with care");
  form.set("clientId", `${sizes}`);
  sizes.forEach((size, n) =>
    form.append("file", new File([new Uint8Array(size).fill(65)], `${n}.txt`))
  );
  return form;
}

/** Bytes of one part of what a network brings. */
const CHUNK = 16 * 1024;

/** Sends a form as a browser does, which says how long it is, in the parts a network makes of it. */
async function post(
  { app, ada, room }: Stage,
  form: FormData,
): Promise<Response> {
  const { headers, body } = new Request("http://x", {
    method: "POST",
    body: form,
  });
  const bytes = await new Response(body).bytes();
  return await app.ask(`/rooms/${room}`, {
    method: "POST",
    body: ReadableStream.from(chunksOf(bytes)),
    headers: {
      "content-type": headers.get("content-type")!,
      "content-length": String(bytes.length),
    },
    cookie: ada.cookie,
  });
}

async function* chunksOf(bytes: Uint8Array<ArrayBuffer>) {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    yield await Promise.resolve(bytes.subarray(at, at + CHUNK));
  }
}

for (
  const sizes of [[1_200_000], [400_000, 900_000], [900_000, 900_000, 900_000]]
) {
  Deno.test(
    `a form of files beyond what one may keep is answered, with its text: ${sizes}`,
    onFiles(async (stage) => {
      const answer = await post(stage, formOf(...sizes));
      const html = await answer.text();
      assertEquals(answer.status, 413);
      assertStringIncludes(html, "Your files would take more than 1 MB");
      assertStringIncludes(html, "Typed with care");
    }, { FILE_MB_EACH: "1" }),
  );
}

Deno.test(
  "files of one form take the room they need, and not that of the whole form each",
  onFiles(async (stage) => {
    const answer = await post(stage, formOf(400_000, 400_000, 200_000));
    assertEquals(answer.status, 303);
  }, { FILE_MB_EACH: "1" }),
);

Deno.test(
  "a form whose files nothing can keep now is answered, with its text",
  onFiles(async (stage) => {
    stage.app.services.files.put = () => Promise.reject(filesUnavailable());
    const answer = await post(stage, formOf(600_000, 600_000));
    const html = await answer.text();
    assertEquals(answer.status, 503);
    assertStringIncludes(html, "Files are unavailable at the moment.");
    assertStringIncludes(html, "Typed with care");
  }),
);
