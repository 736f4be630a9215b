import { DEFAULT_QUOTA } from "../clips/quota-limits.ts";
import { assertEquals } from "@std/assert";
import { folderClips } from "../clips/folder.ts";
import { gcsClips } from "../clips/gcs.ts";
import { Health } from "./health.ts";
import { OneWord } from "../testing/recognizers.ts";
import { startWeb } from "../testing/web.ts";

const configFor = (appUrl: string) => ({
  appUrl,
  port: 0,
  host: "127.0.0.1",
  dataDir: "",
  keys: [],
  liveStreams: 2,
  quota: DEFAULT_QUOTA,
});

Deno.test("readiness tells of each dependency, and the recogniser alone decides", async () => {
  const web = await startWeb();
  await web[Symbol.asyncDispose]();
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/file`, "");
  const health = new Health({
    recognizer: new OneWord(),
    clips: folderClips(`${folder}/file/clips`),
    config: configFor(web.url),
  });
  assertEquals(await health.readiness(), {
    ready: true,
    recognizer: { name: "one-word", state: "ready" },
    clips: {
      name: "folder",
      state: "down",
      reason: "Nothing can be written to DATA_DIR.",
    },
    keys: {
      state: "down",
      reason:
        "Web’s keys cannot be fetched. Check APP_URL and WEB_INTERNAL_URL.",
    },
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a bucket is not asked: that costs money, and anyone may ask here", async () => {
  await using web = await startWeb();
  const bucket = () => Promise.reject(new Error("asked"));
  const health = new Health({
    recognizer: new OneWord(),
    clips: gcsClips({ bucket }),
    config: configFor(web.url),
  });
  const { clips, keys } = await health.readiness();
  assertEquals(clips, { name: "gcs", state: "configured" });
  assertEquals(keys, { state: "up" });
});

Deno.test("many who ask at once make us ask web once", async () => {
  let asked = 0;
  const web = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => {
      asked++;
      return Response.json({ keys: [] });
    },
  );
  const { hostname, port } = web.addr;
  const health = new Health({
    recognizer: new OneWord(),
    clips: gcsClips({ bucket: () => Promise.reject(new Error("asked")) }),
    config: configFor(`http://${hostname}:${port}`),
  });
  await Promise.all(Array.from({ length: 20 }, () => health.readiness()));
  await health.readiness();
  assertEquals(asked, 1);
  await web.shutdown();
});

Deno.test("asking leaves nothing among the recordings", async () => {
  await using web = await startWeb();
  const folder = await Deno.makeTempDir();
  const health = new Health({
    recognizer: new OneWord(),
    clips: folderClips(folder),
    config: configFor(web.url),
  });
  const { clips } = await health.readiness();
  assertEquals(clips, { name: "folder", state: "up" });
  assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  await Deno.remove(folder, { recursive: true });
});
