/** Addresses that lead to files, or make a service ask elsewhere. */
import { type Attack, succeeded, succeededIf } from "../attack.ts";
import { startOf } from "../http.ts";
import { through } from "../weaknesses.ts";
import type { World } from "../world.ts";

/** What stands in files nobody may be given; the folder's name is in the KV file, too. */
const FILE_MARKS = [/^root:/m, /SQLite format 3/, /"imports"\s*:/, /import \{/];

const PATHS = [
  "/../../../../etc/passwd",
  "/..%2f..%2f..%2f..%2fetc%2fpasswd",
  "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
  "/styles.css/..%2f..%2f..%2fdeno.json",
  "/static/..%2f..%2fdeno.json",
  "/..%5c..%5c..%5cdeno.json",
  "/%00../../deno.json",
  "/_fresh/server.js",
  "/main.ts",
  "/web/main.ts",
  "/.data/web/kv.sqlite3",
  "/outbox/..%2f..%2fweb%2fkv.sqlite3",
  "/outbox/..%2f..%2f..%2f..%2fetc%2fpasswd",
  "/rooms/..%2f..%2f..%2fetc%2fpasswd",
  "/invitations/..%2f..%2fetc%2fpasswd",
];

const asFiles = through(() => ({
  request: () => new Response("root:x:0:0:root:/root:/bin/bash\n"),
}));

/** Sends a path as it is: `fetch` would straighten it first. */
async function rawGet(base: string, path: string): Promise<string> {
  const { hostname, port } = new URL(base);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const request = `GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n` +
    "connection: close\r\n\r\n";
  const writer = connection.writable.getWriter();
  await writer.write(new TextEncoder().encode(request));
  return await new Response(connection.readable).text();
}

const files = PATHS.flatMap((path) =>
  (["web", "transcriber"] as const).map((service): Attack => ({
    name: `a file by ${service}${path}`,
    async run(world) {
      const answer = await rawGet(world[service], path);
      const body = answer.slice(answer.indexOf("\r\n\r\n") + 4);
      const mark = FILE_MARKS.find((mark) => mark.test(body));
      return succeededIf(mark !== undefined, `the answer has ${mark}`);
    },
    undone: asFiles,
  }))
);

const clips = ["..%2f..%2fweb%2fkv.sqlite3", "..%2F..%2F..%2Fetc%2Fpasswd"]
  .map((id): Attack => ({
    name: `a file by the transcriber's /clips/${id}`,
    async run(world) {
      const token = await world.token(world.owner, "transcriber");
      const answer = await fetch(`${world.transcriber}/clips/${id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const text = await startOf(answer);
      return succeededIf(answer.ok || FILE_MARKS.some((m) => m.test(text)), id);
    },
    undone: asFiles,
  }));

/** Addresses a recording must not be fetched from; `{here}` is a server that counts. */
const ELSEWHERE = [
  "{here}",
  "{here}/clips/x",
  "http://127.0.0.1:22/",
  "http://169.254.169.254/latest/meta-data/",
  "file:///etc/passwd",
  "gs://another-bucket/clips/x",
  "clip:../../web/kv.sqlite3",
  "clip:{clip}/../../../../etc/passwd",
];

async function asked(world: World, uri: string) {
  let hits = 0;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => {
      hits += 1;
      return new Response("x");
    },
  );
  const here = `http://127.0.0.1:${server.addr.port}`;
  const token = await world.token(world.owner, "transcriber");
  const answer = await fetch(`${world.transcriber}/transcribe`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      audio_uri: uri.replace("{here}", here).replace("{clip}", world.clipId),
    }),
  });
  const { status } = answer;
  await answer.body?.cancel();
  return { hits, status };
}

const fetched = ELSEWHERE.map((uri): Attack => ({
  name: `a recording at ${uri}`,
  async run(world) {
    const { hits, status } = await asked(world, uri);
    if (hits > 0) return succeeded("the service fetched it");
    return succeededIf(
      status < 400 || status >= 500,
      `answered ${status}`,
    );
  },
  undone: through(() => ({
    async request(_, request) {
      const { audio_uri: uri } = await request.json();
      // Whatever is there or not, it is asked for.
      if (uri.startsWith("http://127.0.0.1")) {
        await fetch(uri).then((it) => it.body?.cancel(), () => {});
      }
      return Response.json({ text: "" });
    },
  })),
}));

export const paths: Attack[] = [...files, ...clips, ...fetched];
