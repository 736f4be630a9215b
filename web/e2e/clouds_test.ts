import { assert, assertEquals, assertMatch } from "@std/assert";
import { Redis } from "ioredis";
import { startClouds } from "./clouds.ts";
import { ada, grace } from "./people.ts";
import { SENTENCE, startDictation, tellStory, type Told } from "./story.ts";

type Clouds = Awaited<ReturnType<typeof startClouds>>;

/** Speech-to-Text writes sentences; the engine on this machine, words alone. */
const WRITTEN = "Thank you very much for your help.";

/** Every file under a folder, by its path in it. */
async function filesIn(folder: string, under = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${under}${name}`;
    if (isDirectory) {
      found.push(...await filesIn(`${folder}/${name}`, `${path}/`));
    } else found.push(path);
  }
  return found.sort();
}

async function seesFacesOnAws({ rekognition, s3 }: Clouds, { stack }: Told) {
  const form = await fetch(`${stack.url}/register`);
  assertMatch(await form.text(), /I agree[^<]+Amazon Rekognition/);
  const { calls } = rekognition;
  const asked = new Set(calls.map(({ operation }) => operation));
  assertEquals(asked, new Set(["DetectFaces", "CompareFaces"]));
  const looked = calls.map(({ input }) => JSON.stringify(input));
  assertEquals(s3.versions.length, 2, "one picture for each of the two");
  const owners = s3.versions.map(({ key }) =>
    /^selfies\/([\w-]+)\/[\w-]+\.jpg$/.exec(key)?.[1]
  );
  assertEquals(new Set(owners).size, 2);
  for (const { bytes, headers } of s3.versions) {
    assert(!looked.some((input) => input.includes(bytes.toBase64())));
    assert(
      bytes[0] !== 0xff || bytes[1] !== 0xd8,
      "only its owner's key opens it",
    );
    assertEquals(headers["content-type"], "application/octet-stream");
    assertEquals(headers["x-amz-server-side-encryption"], "AES256");
  }
}

async function keepsLogInRedis({ redis }: Clouds, told: Told) {
  const client = new Redis(redis.url);
  try {
    const entries = await client.xrange(
      `chatsphere:{${told.roomId}}:log`,
      "-",
      "+",
    );
    // The parts of a line come after its tab (realtime/log/entry.ts).
    const texts = entries.map(([, [, line]]) =>
      JSON.parse(`{${line.split("\t")[1]}}`).content
    );
    // The times of her words came after the text she had corrected.
    assertEquals(texts.filter(Boolean), told.messages);
  } finally {
    client.disconnect();
  }
}

/** The live line is closed by now (story.ts): this is about the recording. */
async function outlivesQuota({ speech }: Clouds, { page }: Told) {
  await page.locator("textarea[name=content]").fill("");
  await startDictation(page);
  await page.waitForTimeout(4_000);
  speech.fail({ code: 8, message: "Quota exceeded for project 123456" });
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("It could not be transcribed now.").waitFor();
  assertEquals(await page.getByText("project 123456").count(), 0);
  await page.locator("textarea[name=content]").press("Enter");
  // It is asked again as soon as it is sent.
  await page.locator(".message", { hasText: WRITTEN }).last()
    .locator(".wave").waitFor();
}

async function keepsRecording(
  { storage }: Clouds,
  { stack, page, recording }: Told,
) {
  const answer = await page.request.post("/api/token", {
    data: { audience: "transcriber" },
  });
  const { token } = await answer.json();
  const headers = { authorization: `Bearer ${token}` };
  const bytes = await Deno.readFile(recording);
  const transcriber = `http://localhost:${stack.env.TRANSCRIBER_PORT}`;
  const kept = await fetch(`${transcriber}/transcribe?keep=true`, {
    method: "POST",
    headers: { ...headers, "content-type": "audio/wav" },
    body: bytes,
  });
  const { text, clip } = await kept.json();
  assertEquals(text, WRITTEN);
  assert(storage.objects.has(`clips/${clip}`));
  assert([...storage.objects.keys()].every((key) => key.startsWith("clips/")));
  const played = await fetch(`${transcriber}/clips/${clip}`, { headers });
  assertEquals(await played.bytes(), bytes);
}

Deno.test({
  name:
    "the same story on Rekognition, S3, SMTP, Redis, Speech-to-Text and GCS",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using clouds = await startClouds(SENTENCE);
    await tellStory(t, clouds, async (told) => {
      const { step } = told.story;
      await step(
        "faces were compared by Rekognition, and S3 has their pictures",
        () => seesFacesOnAws(clouds, told),
      );
      await step("her address was confirmed, and Grace was invited", () => {
        const sent = clouds.smtp.taken.map(({ to }) => to);
        assertEquals(sent, [[ada.email], [grace.email]]);
        return Promise.resolve();
      });
      await step(
        "the log of the room is in Redis",
        () => keepsLogInRedis(clouds, told),
      );
      await step("Speech-to-Text heard her every time", () => {
        assertEquals(told.heard, [WRITTEN, WRITTEN, WRITTEN]);
        const { methods } = clouds.speech;
        assertEquals(
          new Set(methods),
          new Set(["streamingRecognize", "recognize"]),
        );
        return Promise.resolve();
      });
      await step(
        "when its quota is used up she is told, and loses nothing",
        () => outlivesQuota(clouds, told),
      );
      await step(
        "a recording she keeps is in the bucket",
        () => keepsRecording(clouds, told),
      );
      await step("this machine holds accounts, and nothing else", async () => {
        const files = await filesIn(told.stack.env.DATA_DIR);
        const others = files.filter((path) =>
          !/^web\/(kv\.sqlite3(-shm|-wal)?|data\.key)$/.test(path)
        );
        assertEquals(others, []);
        assert(files.length > 0);
      });
    });
  },
});
