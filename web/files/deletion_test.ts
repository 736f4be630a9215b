/**
 * Whatever hung on messages is gone from its store when they are: looked for in the store itself,
 * with the real room log between.
 */
import { assertEquals } from "@std/assert";
import encodePng from "@jsquash/png/encode.js";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { freePorts } from "../../.tasks/free-ports.ts";
import { run as start, whenReady } from "../../.tasks/processes.ts";
import { root } from "../../.tasks/services.ts";
import { deleteAccount } from "../accounts/delete-account.ts";
import { finishErasures } from "../accounts/erasures.ts";
import type { Account } from "../accounts/types.ts";
import { startAws } from "../faces/standins/aws.ts";
import { testApp } from "../http/testing/app.ts";
import { photo } from "../http/testing/files.ts";
import type { Outside } from "../previews/outside.ts";
import { finishLeftovers } from "../rooms/leftovers.ts";
import { endRoom } from "../rooms/members.ts";
import { membersOnly } from "../rooms/members-only.ts";
import { namedRealtime } from "../rooms/named-realtime.ts";
import { realtimeClient } from "../rooms/realtime-client.ts";
import { createRoom } from "../rooms/rooms.ts";
import { RECORDING, startTranscriber } from "../voices/testing.ts";
import { endPictures } from "./pictures/worker-pool.ts";
import { s3Files } from "./s3-store.ts";

/** Two days: ms. */
const LONG = 2 * 86_400_000;

/** Asks until there is an answer. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The names of all files in a folder and below. */
async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      const path = join(folder, name);
      found.push(...isFile ? [name] : await filesIn(path));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}

/** A site whose page has a picture. */
async function startSite() {
  const data = new Uint8ClampedArray(8 * 4 * 4).fill(200);
  const png = await encodePng(new ImageData(data, 8, 4));
  const page = `<title>Tea</title><meta property="og:image" content="/a.png">`;
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) => {
      const isPicture = url.endsWith(".png");
      return new Response(isPicture ? png : page, {
        headers: { "content-type": isPicture ? "image/png" : "text/html" },
      });
    },
  );
}

/** Realtime on a folder of its own; it is started with these variables. */
function roomLog(web: number, port: number, dataDir: string) {
  const begin = async (env: Record<string, string> = {}) => {
    const running = start(
      {
        ...{ name: "realtime", command: join(root, "node_modules/.bin/bun") },
        args: ["--no-env-file", "realtime/main.ts"],
        env: {
          ...{ APP_URL: `http://localhost:${web}`, WS_PORT: String(port) },
          ...{ WEB_INTERNAL_URL: `http://127.0.0.1:${web}`, DATA_DIR: dataDir },
        },
        health: `http://127.0.0.1:${port}/healthz`,
      },
      () => {},
      env,
    );
    await whenReady([running]);
    return running;
  };
  let running: Awaited<ReturnType<typeof begin>>;
  return {
    async start() {
      running = await begin();
    },
    /** As if two days had passed, with messages kept for one. */
    async keepOneDay() {
      await running.stop();
      const [path] = await Array.fromAsync(findLog(dataDir));
      const db = new DatabaseSync(path);
      const long = new RegExp(`"timestamp":(\\d+)`, "g");
      const rows = db.prepare("SELECT id, body FROM entries").all();
      for (const { id, body } of rows) {
        const older = String(body).replace(
          long,
          (_, at) => `"timestamp":${Number(at) - LONG}`,
        );
        db.prepare("UPDATE entries SET body = ? WHERE id = ?").run(older, id);
      }
      db.exec(`UPDATE entries SET timestamp = timestamp - ${LONG}`);
      db.close();
      running = await begin({ RETENTION_DAYS: "1" });
    },
    stop: () => running.stop(),
  };
}

async function* findLog(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* findLog(path);
    else if (name === "rooms.sqlite") yield path;
  }
}

for (const where of ["a folder", "S3"] as const) {
  Deno.test({
    name:
      `of what is deleted, with its room, its account or its time, nothing is left in ${where}`,
    // Realtime's connections stay open for a moment.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using stack = new AsyncDisposableStack();
      const dataDir = await Deno.makeTempDir();
      stack.defer(() => Deno.remove(dataDir, { recursive: true }));
      const aws = where === "S3" ? startAws({ versioned: true }) : undefined;
      if (aws) stack.defer(() => aws.close());
      const transcriber = stack.use(await startTranscriber());
      const site = await startSite();
      stack.defer(() => site.shutdown());
      const outside: Outside = {
        addressesOf: () => Promise.resolve(["127.0.0.1"]),
        isOpen: (_, port) => port === site.addr.port,
      };
      const [webPort, logPort] = freePorts(2);
      const app = stack.use(
        await testApp(
          {
            APP_URL: `http://localhost:${webPort}`,
            REALTIME_INTERNAL_URL: `http://127.0.0.1:${logPort}`,
            TRANSCRIBER_INTERNAL_URL: transcriber.url,
          },
          outside,
          (s) => ({
            ...(aws && { files: s3Files(aws.config) }),
            realtime: namedRealtime(
              membersOnly(realtimeClient(s.config, s.signer), s),
              s,
            ),
          }),
        ),
      );
      const { services } = app;
      stack.defer(async () => await services.files.close?.());
      stack.defer(endPictures);
      const web = Deno.serve(
        { hostname: "127.0.0.1", port: webPort, onListen: () => {} },
        async ({ url, method, headers, body }) => {
          const { pathname, search } = new URL(url);
          const bytes = body && await new Response(body).bytes();
          const init = { method, headers, body: bytes, unsaid: true };
          return await app.ask(pathname + search, init);
        },
      );
      stack.defer(() => web.shutdown());
      const log = roomLog(webPort, logPort, dataDir);
      await log.start();
      stack.defer(() => log.stop());

      const stored = async () =>
        aws
          ? [...aws.s3.versions.map(({ key }) => key), ...aws.s3.uploading]
          : await filesIn(`${services.config.dataDir}/files`);

      const tea = `http://tea.test:${site.addr.port}/`;
      /** Says something with all that can hang on a message; gives its id. */
      const say = async (
        { account, cookie }: { account: Account; cookie: string },
        roomId: string,
      ) => {
        const send = async (
          path: string,
          given: Uint8Array | string,
          type: string,
        ) => {
          const body = typeof given === "string"
            ? given
            : new Uint8Array(given);
          const answer = await app.ask(path, {
            ...{ method: "POST", body, cookie },
            headers: { "content-type": type },
          });
          assertEquals(answer.status, 201);
          return await answer.json();
        };
        const bytes = "application/octet-stream";
        const files: string[] = [];
        for (const body of [await photo(800, 700), "only text"]) {
          const path = `/api/rooms/${roomId}/files?name=a`;
          files.push((await send(path, body, bytes)).id);
        }
        const path = `/api/rooms/${roomId}/voice`;
        const { voice: { clip } } = await send(path, RECORDING, bytes);
        const { id } = await send(
          "/api/messages",
          JSON.stringify({
            ...{ roomId, clientId: crypto.randomUUID(), content: tea },
            ...{ files, voice: { clip } },
          }),
          "application/json",
        );
        await until(async () =>
          (await services.realtime.find(account, roomId, id)).preview?.picture
        );
        return String(id);
      };
      const ada = await app.person("Ada");
      const ben = await app.person("Ben");
      const rooms: string[] = [];
      for (const whose of [ada, ada, ada, ben]) {
        const { id } = await createRoom(services, whose.account, "Tea");
        rooms.push(id);
        await say(whose, id);
      }
      const second = await say(ada, rooms[0]);
      const [, ending, trimmed] = rooms;
      // A picture and its thumbnail, a file, and the picture of a page.
      const expected = async (messages: number) => {
        assertEquals((await stored()).length, 4 * messages);
        const clips = await Promise.all(
          [ada, ben].map(({ account }) => transcriber.clipsOf(account)),
        );
        assertEquals(clips.flat().length, messages);
      };
      await expected(5);

      const change = { event: "delete-message" as const, id: second };
      await services.realtime.amend(ada.account, rooms[0], change);
      assertEquals(await finishLeftovers(services), 0);
      await expected(4);

      await endRoom(services, ada.account, ending);
      assertEquals((await finishErasures(services)).left, 0);
      await expected(3);

      // Of an account, all of its files; of its messages, those it was asked for.
      await deleteAccount(services, ben.account.id, true);
      await finishErasures(services);
      await expected(2);

      // Nobody says anything there again.
      await log.keepOneDay();
      await until(async () => {
        await finishLeftovers(services);
        return (await stored()).length === 0 ? true : undefined;
      });
      await expected(0);
      const { messages } = await services.realtime.history(
        ada.account,
        trimmed,
        {},
      );
      assertEquals(messages, []);
      for (const prefix of [["files"], ["files_by_room"], ["voices_sent"]]) {
        const left = await Array.fromAsync(services.kv.list({ prefix }));
        assertEquals(left, []);
      }
    },
  });
}
