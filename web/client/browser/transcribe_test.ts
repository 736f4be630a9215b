import { assertEquals, assertRejects } from "@std/assert";
import { DictationError } from "./recorder.ts";
import { doubtfulOf, transcribe } from "./transcribe.ts";

const audio = new Blob(["sound"], { type: "audio/webm" });
const token = () => Promise.resolve({ token: "t", expiresAt: 0 });
const never = new AbortController().signal;

/** What comes of sending a recording to a transcriber that answers so. */
async function withAnswer<T>(
  answer: Response,
  work: (url: string, requests: Request[]) => Promise<T>,
): Promise<T> {
  const requests: Request[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      requests.push(new Request(request.url, request));
      await request.body?.cancel();
      return answer;
    },
  );
  try {
    return await work(`http://127.0.0.1:${server.addr.port}`, requests);
  } finally {
    await server.shutdown();
  }
}

const refusal = (answer: Response) =>
  withAnswer(answer, async (url) => {
    const error = await assertRejects(
      () => transcribe(url, token, audio, never),
      DictationError,
    );
    return [error.message, error.recordAgain];
  });
const failed = (status: number, message: string) =>
  Response.json({ error: { code: "code", message } }, { status });

Deno.test("a recording is sent as it is, with a token, and becomes words", () =>
  withAnswer(
    Response.json({ text: " hello there \n" }),
    async (url, requests) => {
      assertEquals(
        await transcribe(url, token, audio, never),
        { text: "hello there", cut: false, doubtful: [] },
      );
      const [{ method, headers }] = requests;
      assertEquals(method, "POST");
      assertEquals(headers.get("authorization"), "Bearer t");
      assertEquals(headers.get("content-type"), "audio/webm");
    },
  ));

Deno.test("a recording that was cut, and words that are not sure, are told", () => {
  const words = [
    { word: "hello", confidence: 0.9 },
    { word: "bear", confidence: 0.35 },
  ];
  return withAnswer(
    Response.json({ text: "hello bear", cut: true, words }),
    async (url) => {
      assertEquals(await transcribe(url, token, audio, never), {
        text: "hello bear",
        cut: true,
        doubtful: ["bear"],
      });
    },
  );
});

Deno.test("an engine that tells no confidence makes no word doubtful", () => {
  assertEquals(doubtfulOf([{ word: "hello", confidence: 0 }]), []);
});

Deno.test("what is wrong with the recording asks for another one", async () => {
  assertEquals(await refusal(failed(422, "It is silent.")), [
    "It is silent.",
    true,
  ]);
  assertEquals(await refusal(Response.json({ text: "  " })), [
    "No words were recognised.",
    true,
  ]);
});

Deno.test("what is wrong with the service lets the same recording be sent again", async () => {
  assertEquals(await refusal(failed(503, "It is off.")), ["It is off.", false]);
  assertEquals(await refusal(failed(429, "Wait.")), ["Wait.", false]);
  assertEquals(await refusal(new Response("<html>", { status: 502 })), [
    "Speech recognition failed. Try again.",
    false,
  ]);
});

Deno.test("a transcriber that is not there, and an ended session, are told apart", async () => {
  const gone = await withAnswer(new Response(), (url) => Promise.resolve(url));
  const unreachable = await assertRejects(
    () => transcribe(gone, token, audio, never),
    DictationError,
  );
  assertEquals(
    unreachable.message,
    "Speech recognition cannot be reached now.",
  );
  const ended = Object.assign(new Error("You are signed out."), {
    final: true,
  });
  const signedOut = await assertRejects(
    () => transcribe(gone, () => Promise.reject(ended), audio, never),
    DictationError,
  );
  assertEquals(signedOut.message, "You are signed out.");
});

Deno.test("a transcriber that hangs is given up, and the same recording can be sent again", async () => {
  const half = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
  });
  const hangs: Deno.ServeHandler[] = [
    ({ signal }) =>
      new Promise((resolve) =>
        signal.addEventListener("abort", () => resolve(new Response()))
      ),
    () => new Response(half),
  ];
  for (const hang of hangs) {
    const leaving = new AbortController();
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", signal: leaving.signal, onListen() {} },
      hang,
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    const error = await assertRejects(
      () => transcribe(url, token, audio, never, 300),
      DictationError,
    );
    assertEquals(
      [error.message, error.recordAgain],
      ["Speech recognition takes too long. Try again.", false],
    );
    leaving.abort();
  }
});
