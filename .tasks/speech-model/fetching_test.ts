import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "../paths.ts";
import type { Published } from "./catalogue.ts";
import { FetchError, fetchModel } from "./fetching.ts";

const MODEL: Published = {
  name: "tiny",
  repository: "somebody/tiny",
  languages: ["en-US"],
  speaks: "English",
  megabytes: 1,
  about: "Made in a test.",
  needs: /^(model\.onnx|tokens\.txt)$/,
};
const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7 % 251);
const tokens = new TextEncoder().encode("<blk> 0\n");
const sha = (content: Uint8Array) =>
  createHash("sha256").update(content).digest("hex");
const git = (content: Uint8Array) =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content)
    .digest("hex");

const LISTED = [
  { type: "directory", path: "test_wavs", size: 0, oid: "0".repeat(40) },
  { type: "file", path: "../escape.onnx", size: 1, oid: "0".repeat(40) },
  {
    type: "file",
    path: "model.onnx",
    size: bytes.length,
    oid: "1".repeat(40),
    lfs: { oid: sha(bytes), size: bytes.length },
  },
  { type: "file", path: "tokens.txt", size: tokens.length, oid: git(tokens) },
  { type: "file", path: "README.md", size: 9, oid: "0".repeat(40) },
];

/** A host of repositories on this machine; `answer` may do something else for a file. */
async function host(
  answer: (path: string, range: string | null) => Response | null,
  use: (url: string, dir: string, asked: string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      const range = request.headers.get("range");
      asked.push(`${pathname} ${range ?? ""}`.trim());
      const other = answer(pathname, range);
      if (other) return other;
      if (pathname === "/api/models/somebody/tiny/tree/main") {
        return Response.json(LISTED);
      }
      const content = pathname.endsWith("/model.onnx") ? bytes : tokens;
      const from = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
      return new Response(content.slice(from), { status: from ? 206 : 200 });
    },
  );
  const dir = await Deno.makeTempDir({ prefix: "speech-model-" });
  try {
    await use(`http://127.0.0.1:${server.addr.port}`, dir, asked);
  } finally {
    await server.shutdown();
    await Deno.remove(dir, { recursive: true });
  }
}

const fetched = (host: string, dir: string, progress = (_: number) => {}) =>
  fetchModel(MODEL, dir, { host, progress, backoffMs: 1, stallMs: 200 });

Deno.test("what a model needs is fetched once, with its sums checked", () =>
  host(() => null, async (url, dir, asked) => {
    const told: number[] = [];
    await fetched(url, dir, (done) => told.push(done));
    assertEquals(await Deno.readFile(join(dir, "model.onnx")), bytes);
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name).sort(), [
      "fetching.lock",
      "model.onnx",
      "sums.json",
      "tokens.txt",
    ]);
    assertEquals(told.at(-1), bytes.length + tokens.length);
    assert(told.every((done, i) => i === 0 || done >= told[i - 1]));
    const before = asked.length;
    await fetched(url, dir);
    assertEquals(asked.length, before + 1, "the list alone");
  }));

Deno.test("a fetch that breaks off, stalls or is refused goes on from where it was", () => {
  const troubles = ["cut", "stall", "refuse", "cut"];
  return host((path, range) => {
    if (!path.endsWith("/model.onnx")) return null;
    const trouble = troubles.shift();
    const from = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
    const status = from ? 206 : 200;
    const some = bytes.slice(from, from + 20_000);
    if (trouble === "refuse") return new Response(null, { status: 503 });
    if (trouble === "cut") return new Response(some, { status });
    if (trouble !== "stall") return null;
    return new Response(
      new ReadableStream({ start: (body) => body.enqueue(some) }),
      { status },
    );
  }, async (url, dir, asked) => {
    await fetched(url, dir);
    assertEquals(await Deno.readFile(join(dir, "model.onnx")), bytes);
    const path = "/somebody/tiny/resolve/main/model.onnx";
    assertEquals(asked.filter((one) => one.startsWith(path)), [
      path,
      `${path} bytes=20000-`,
      `${path} bytes=40000-`,
      `${path} bytes=40000-`,
      `${path} bytes=60000-`,
    ]);
  });
});

Deno.test("a host that knows no ranges is read from the beginning", () => {
  let first = true;
  return host((path) => {
    if (!path.endsWith("/model.onnx")) return null;
    const answer = first ? bytes.slice(0, 9) : bytes;
    first = false;
    return new Response(answer);
  }, async (url, dir) => {
    await fetched(url, dir);
    assertEquals(await Deno.readFile(join(dir, "model.onnx")), bytes);
  });
});

Deno.test("what has another sum is thrown away, and never has the name of a model", () =>
  host((path) => {
    if (!path.endsWith("/model.onnx")) return null;
    return new Response(new Uint8Array(bytes.length));
  }, async (url, dir) => {
    const error = await assertRejects(() => fetched(url, dir), FetchError);
    assertMatch(error.message, /^model\.onnx is not what its sum says/);
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), [
      "fetching.lock",
    ]);
  }));

Deno.test("what stands in the way is a sentence, and what came is kept", async () => {
  const cases: [(path: string) => Response | null, RegExp][] = [
    [() => new Response("<html>"), /does not list the files/],
    [() => Response.json([{ type: "file" }, null]), /does not list/],
    [() => new Response(null, { status: 404 }), /answered 404/],
    [
      (path) =>
        path.endsWith("/model.onnx") ? new Response(bytes.slice(0, 9)) : null,
      /ended before it was whole/,
    ],
    [
      (path) =>
        path.endsWith("/model.onnx")
          ? new Response(new Uint8Array(bytes.length + 1))
          : null,
      /larger than it should be/,
    ],
  ];
  for (const [answer, expected] of cases) {
    await host(answer, async (url, dir) => {
      const error = await assertRejects(() => fetched(url, dir), FetchError);
      assertMatch(error.message, expected);
    });
  }
  const dir = await Deno.makeTempDir();
  const error = await assertRejects(
    () => fetched("http://127.0.0.1:1", dir),
    FetchError,
  );
  assertMatch(error.message, /cannot be reached.*HF_ENDPOINT/);
  await Deno.remove(dir);
});

Deno.test("what is being fetched is not fetched a second time at once", async () => {
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  await host((path) => {
    if (!path.endsWith("/model.onnx")) return null;
    return new Response(ReadableStream.from((async function* () {
      yield bytes.slice(0, 9);
      begun.resolve();
      await goOn.promise;
      yield bytes.slice(9);
    })()));
  }, async (url, dir) => {
    const first = fetchModel(MODEL, dir, { host: url, progress: () => {} });
    await begun.promise;
    const error = await assertRejects(() => fetched(url, dir), FetchError);
    assertMatch(error.message, /is being fetched already/);
    goOn.resolve();
    await first;
    assertEquals(await Deno.readFile(join(dir, "model.onnx")), bytes);
    await fetched(url, dir); // the first has let go of it
  });
});

Deno.test("a disk that is full, or cannot be written, is told at once", () =>
  host(() => null, async (url, dir, asked) => {
    await Deno.symlink("/dev/full", join(dir, "model.onnx.part"));
    const full = await assertRejects(() => fetched(url, dir), FetchError);
    assertMatch(full.message, /^The disk is full/);
    const file = join(dir, "file");
    await Deno.writeTextFile(file, "");
    const error = await assertRejects(
      () => fetched(url, join(file, "below")),
      FetchError,
    );
    assertMatch(error.message, /cannot be written \(ENOTDIR\).*DATA_DIR/);
    const files = asked.filter((one) => one.includes("/resolve/"));
    assertEquals(files.length, 1);
  }));

Deno.test("a model that is another one than at first is not taken until its folder is deleted", async () => {
  let changed = false;
  const others = LISTED.map((file) =>
    file.path === "tokens.txt"
      ? { ...file, oid: git(bytes.slice(0, 9)), size: 9 }
      : file
  );
  await host(
    (path) => {
      if (!changed) return null;
      if (path.endsWith("/tree/main")) return Response.json(others);
      return path.endsWith("/tokens.txt")
        ? new Response(bytes.slice(0, 9))
        : null;
    },
    async (url, dir) => {
      await fetched(url, dir);
      changed = true;
      const error = await assertRejects(() => fetched(url, dir), FetchError);
      assertMatch(error.message, /^tokens\.txt is another one .* delete/);
      assertEquals(await Deno.readFile(join(dir, "tokens.txt")), tokens);
      await Deno.remove(dir, { recursive: true });
      await fetched(url, dir);
      assertEquals(
        await Deno.readFile(join(dir, "tokens.txt")),
        bytes.slice(0, 9),
      );
    },
  );
});
