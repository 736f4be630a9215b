import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../http/errors.ts";
import { readForm } from "./form.ts";

const TYPE = "multipart/form-data; boundary=----edge";
const text = (value: string) => new TextEncoder().encode(value);

/** Bytes that hold line ends and beginnings of the boundary, as a recording may. */
const FILE = text("\r\n------ed\r\n--\0\xff----edge\r\n-\r\n".repeat(5));
const parts = (...pieces: Uint8Array[]) =>
  new Uint8Array(pieces.flatMap((piece) => [...piece]));
const BODY = parts(
  text(
    '------edge\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n',
  ),
  text(
    '------edge\r\nContent-Disposition: form-data; name="file"; filename="ä b.webm"\r\nContent-Type: audio/webm\r\n\r\n',
  ),
  FILE,
  text(
    '\r\n------edge\r\nContent-Disposition: form-data; name="timestamp_granularities[]"\r\n\r\nword\r\n',
  ),
  text("------edge--\r\n"),
);

function streamOf(bytes: Uint8Array, size: number) {
  return ReadableStream.from((function* () {
    for (let at = 0; at < bytes.length; at += size) {
      yield bytes.slice(at, at + size);
    }
  })());
}

Deno.test("a form is the same however its bytes arrive", async () => {
  for (const size of [1, 2, 3, 7, 16, 50, 1_000]) {
    const { file, fields } = await readForm(streamOf(BODY, size), TYPE);
    assertEquals(file, FILE);
    assertEquals([...fields], [
      ["model", ["whisper-1"]],
      ["timestamp_granularities", ["word"]],
    ]);
  }
});

Deno.test("a form cut at any length is refused, and never takes for whole what is not", async () => {
  const end = BODY.length - "--\r\n".length;
  for (let length = 0; length < end; length++) {
    const error = await assertRejects(
      () => readForm(streamOf(BODY.slice(0, length), 64), TYPE),
      ApiError,
      undefined,
      `cut at ${length}`,
    );
    assertEquals(error.code, "invalid");
  }
});

Deno.test("a body that never ends is left as soon as it is too large", async () => {
  const head = text(
    '------edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
  );
  let sent = 0;
  const left = Promise.withResolvers<void>();
  const body = ReadableStream.from((async function* () {
    try {
      yield head;
      for (;;) {
        sent += 65_536;
        yield new Uint8Array(65_536);
      }
    } finally {
      left.resolve();
    }
  })());
  const error = await assertRejects(() => readForm(body, TYPE), ApiError);
  assertEquals(error.code, "audio-too-large");
  assert(sent < 27 * 1024 * 1024, `${sent} bytes were read`);
  await left.promise;
});

Deno.test("what is no form, has a senseless boundary or too many fields is refused", async () => {
  const many = (count: number, head: string) =>
    text(
      `------edge\r\n${head}\r\n\r\nx\r\n`.repeat(count) + "------edge--\r\n",
    );
  const field = 'Content-Disposition: form-data; name="a"';
  const file = 'Content-Disposition: form-data; name="file"; filename="a"';
  const nameless = "Content-Disposition: form-data";
  const cases: [Uint8Array, string, string][] = [
    [BODY, "multipart/form-data", "invalid"],
    [BODY, `multipart/form-data; boundary=${"x".repeat(71)}`, "invalid"],
    [BODY, "multipart/mixed; boundary=----edge", "content-type"],
    [BODY, "audio/webm", "content-type"],
    [many(65, field), TYPE, "form-too-large"],
    [many(2, file), TYPE, "form-too-large"],
    [many(1, nameless), TYPE, "invalid"],
    [many(1, `${nameless}; filename="a"`), TYPE, "accepted"],
    [text("<html>"), TYPE, "invalid"],
  ];
  for (const [body, type, code] of cases) {
    const answer = await readForm(streamOf(body, 1_000), type)
      .then(() => "accepted", (error) => error.code);
    assertEquals(answer, code);
  }
});
