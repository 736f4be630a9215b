/**
 * How fast files come and go, beside bare `Deno.serve` in the same run and by turns, and how much
 * memory web takes while 1 GB comes and goes. Rounds are `--rounds N`, of files of `--mb N`.
 */
import { parseArgs } from "node:util";
import { freePorts } from "../../../.tasks/free-ports.ts";
import { root } from "../../../.tasks/services.ts";
import { median } from "../../../realtime/bench/stats.ts";
import { Program } from "../../e2e/program.ts";
import { startStack } from "../../e2e/stack.ts";
import { selfieOf } from "../../faces/test-photos.ts";
import { listening } from "../checkout.ts";
import { memoryOf } from "../measure.ts";

const MB = 1024 * 1024;
const LARGE_MB = 1_024;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    rounds: { type: "string", default: "5" },
    mb: { type: "string", default: "200" },
  },
});
const rounds = Number(values.rounds);
const size = Number(values.mb) * MB;

/** Something that takes files and gives them back. */
interface Side {
  name: string;
  /** Sends so many bytes; gives where they are. */
  up(bytes: number): Promise<string>;
  /** Reads all of it; gives how many bytes that was. */
  down(place: string): Promise<number>;
}

const bun = `${root}/node_modules/.bin/bun`;

/** Sends so many bytes by another process; gives the answer. */
async function sent(bytes: number, url: string, cookie = ""): Promise<string> {
  const path = `${folder}/sent`;
  await Deno.writeFile(path, new Uint8Array());
  await Deno.truncate(path, bytes);
  const { success, stdout } = await new Deno.Command(bun, {
    args: [
      "--no-env-file",
      `${root}/web/bench/files/send.ts`,
      url,
      path,
      cookie,
    ],
    stderr: "inherit",
  }).output();
  const answer = new TextDecoder().decode(stdout).trim();
  if (!success) throw new Error(answer);
  return answer;
}

async function read(answer: Response): Promise<number> {
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  let length = 0;
  for await (const chunk of answer.body!) length += chunk.length;
  return length;
}

async function startBare(folder: string) {
  const [port] = freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${root}/web/bench/files/bare.ts`, `${port}`, folder],
  }).spawn();
  for (;;) {
    const isUp = await fetch(`${url}/healthz`).then((answer) => answer.text())
      .catch(() => null);
    if (isUp) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  const side: Side = {
    name: "bare Deno.serve",
    up: (bytes) => sent(bytes, url),
    down: async (place) => await read(await fetch(`${url}/${place}`)),
  };
  return {
    side,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.status;
    },
  };
}

/** The files of one member of one room. */
async function memberOf(web: string): Promise<Side> {
  const ada = new Program({ name: "Ada", email: "ada@example.com" });
  await ada.register(web, await selfieOf("ada"));
  const { id } = await ada.ask(`${web}/api/chat`, "POST", { name: "Files" });
  const { cookie } = ada;
  return {
    name: "web",
    async up(bytes) {
      const url = `${web}/api/rooms/${id}/files?name=a.bin`;
      const file = JSON.parse(await sent(bytes, url, cookie));
      await ada.ask(`${web}/api/messages`, "POST", {
        ...{ roomId: id, clientId: crypto.randomUUID(), content: "" },
        files: [file.id],
      });
      return file.id;
    },
    async down(place) {
      const path = `${web}/rooms/${id}/files/${place}`;
      return await read(await fetch(path, { headers: { cookie } }));
    },
  };
}

/** The most memory a process takes while something is done, beyond what it took before: MB. */
async function extra(pid: number, work: () => Promise<unknown>) {
  const before = memoryOf(pid);
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, memoryOf(pid));
  }, 20);
  try {
    await work();
  } finally {
    clearInterval(look);
  }
  return (most - before) / MB;
}

async function speed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return size / MB / ((performance.now() - start) / 1_000);
}

const folder = await Deno.makeTempDir({ prefix: "chatsphere-bench-" });
const stack = await startStack({
  ...{ FILE_MAX_MB: "2000", FILE_MB_EACH: "60000", FILE_MB_ALL: "60000" },
});
try {
  await using bare = await startBare(folder);
  const web = await memberOf(stack.url);
  const sides = [bare.side, web];
  const found = sides.map(() => ({ up: [] as number[], down: [] as number[] }));
  // The first round warms up, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [at, side] of sides.entries()) {
      let place = "";
      const up = await speed(async () => place = await side.up(size));
      const down = await speed(async () => {
        if (await side.down(place) !== size) throw new Error("not all of it");
      });
      if (round === 0) continue;
      found[at].up.push(up);
      found[at].down.push(down);
    }
    for await (const { name } of Deno.readDir(folder)) {
      await Deno.remove(`${folder}/${name}`);
    }
  }
  for (const way of ["up", "down"] as const) {
    const [floor, ours] = found.map((each) => median(each[way]));
    console.log(
      `${way}: bare Deno.serve ${floor.toFixed(0)} MB/s, web ` +
        `${ours.toFixed(0)} MB/s, ${(ours / floor).toFixed(2)} of it`,
    );
  }
  const pid = await listening(Number(new URL(stack.url).port));
  let place = "";
  const coming = await extra(pid, async () => {
    place = await web.up(LARGE_MB * MB);
  });
  const going = await extra(pid, () => web.down(place));
  console.log(
    `1 GB: ${coming.toFixed(0)} MB of memory while it comes, ` +
      `${going.toFixed(0)} MB while it goes`,
  );
} finally {
  await stack.close();
  await Deno.remove(folder, { recursive: true });
}
