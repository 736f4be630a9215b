/** What is open to whoever is near: addresses, measurements, files, types (issue 13, 22, 23, 29). */
import { all, type Attack, type Outcome, succeededIf } from "../attack.ts";
import { filesIn } from "../disk.ts";
import { open, opening } from "../raw.ts";
import { listeningWidely, through, withoutHeaders } from "../weaknesses.ts";
import { PATIENCE } from "../../e2e/patience.ts";
import type { World } from "../world.ts";

/** The addresses of this machine that are not the one the services are reached at. */
function otherAddresses(): string[] {
  const own = Deno.networkInterfaces()
    .filter(({ family, address }) => family === "IPv4" && address !== "")
    .map(({ address }) => address);
  return ["127.0.0.2", ...own].filter((address) => address !== "127.0.0.1");
}

/** Whether something answers there. */
async function answers(hostname: string, port: number): Promise<boolean> {
  try {
    const connection = await Deno.connect({ hostname, port });
    connection.close();
    return true;
  } catch {
    // Nobody listens, which is what is hoped for.
    return false;
  }
}

const elsewhere = (["realtime", "transcriber"] as const).map((
  service,
): Attack => ({
  name: `${service} from another address of this machine`,
  async run(world) {
    const port = Number(new URL(world[service]).port);
    const open: string[] = [];
    for (const address of otherAddresses()) {
      if (await answers(address, port)) open.push(address);
    }
    return succeededIf(open.length > 0, `it answers at ${open}`);
  },
  undone: listeningWidely,
}));

/** A GET with exactly these header lines. */
async function asked(
  base: string,
  path: string,
  host: string,
  lines: string[] = [],
): Promise<string> {
  await using connection = await open(base);
  const head = opening("GET", path, base, [...lines, "Connection: close"]);
  await connection.write(head.replace(/Host: .*/, `Host: ${host}`));
  await connection.ended(PATIENCE);
  return connection.text;
}

/** The service is asked anew, by this machine for itself. */
const forItself = through(() => ({
  request(_, request) {
    for (const name of ["x-forwarded-for", "forwarded"]) {
      request.headers.delete(name);
    }
    return request;
  },
}));

const HOSTS = ["127.evil.example", "localhost.evil.example", "evil.example"];

const measured = (["realtime", "transcriber"] as const).flatMap((service) =>
  HOSTS.map((host): Attack => ({
    name: `the measurements of ${service} by the name ${host}`,
    async run(world) {
      const text = await asked(world[service], "/metrics", host);
      return succeededIf(/^# HELP/m.test(text), "they are there");
    },
    undone: forItself,
  }))
);

/** Who asks for the outbox, without being on this machine or at its address. */
const READERS: Record<string, [host: string, lines: string[]]> = {
  ...Object.fromEntries(
    HOSTS.map((host) => [`by the name ${host}`, [host, []]]),
  ),
  "through a proxy": ["localhost", ["X-Forwarded-For: 203.0.113.9"]],
  "through two proxies": [
    "localhost",
    ["X-Forwarded-For: 127.0.0.1, 203.0.113.9"],
  ],
  "through a proxy that says for=": ["localhost", ["Forwarded: for=203.0.113"]],
};

const outbox = Object.entries(READERS).map(([how, [host, lines]]): Attack => ({
  name: `the outbox, with everybody's links, ${how}`,
  async run(world) {
    const text = await asked(world.web, "/outbox", host, lines);
    return succeededIf(
      /^HTTP\/1.1 200/.test(text) && text.includes("@attacks.test"),
      "it can be read",
    );
  },
  undone: forItself,
}));

/** Addresses of each service whose answers are of every kind: pages, files, refusals, redirects. */
const ANSWERS: Record<"web" | "realtime" | "transcriber", string[]> = {
  web: [
    ...["/", "/login", "/rooms", "/styles.css", "/healthz", "/nothing"],
    ...["/api/chat", "/live", "/outbox", "/.well-known/jwks.json", "/%ff"],
  ],
  realtime: [
    ...["/", "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"],
    ...["/nothing", "/rooms/x/messages", "/%ff"],
  ],
  transcriber: [
    ...["/", "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"],
    ...["/transcribe", "/transcribe/live", "/clips/x", "/languages"],
  ],
};

/** Whether an answer may be taken for another type than it says. */
async function isSniffable(answer: Response): Promise<boolean> {
  await answer.body?.cancel();
  return answer.headers.get("x-content-type-options") !== "nosniff";
}

const sniffed = Object.entries(ANSWERS).map(([service, paths]): Attack => ({
  name: `an answer of ${service} taken for another type`,
  async run(world) {
    const base = world[service as keyof typeof ANSWERS];
    const outcomes: Outcome[] = [];
    for (const path of paths) {
      const answer = await fetch(base + path, { redirect: "manual" });
      outcomes.push(succeededIf(await isSniffable(answer), path));
    }
    return all(outcomes);
  },
  undone: withoutHeaders,
}));

const UPGRADE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Origin: https://evil.example",
];

const upgrades =
  ([["realtime", "/"], ["transcriber", "/transcribe/live"]] as const)
    .map(([service, path]): Attack => ({
      name: `a refused socket of ${service} taken for another type`,
      async run(world) {
        await using connection = await open(world[service]);
        await connection.write(opening("GET", path, world[service], UPGRADE));
        await connection.until("\r\n\r\n", PATIENCE);
        return succeededIf(
          !/x-content-type-options: nosniff/i.test(connection.text),
          connection.text.split("\r\n")[0],
        );
      },
      // A proxy opens every socket, and closes it when the service refuses it.
      undone: through(() => ({})),
    }));

const readable: Attack = {
  name: "somebody else on this machine reads the files of the services",
  async run(world) {
    const open: string[] = [];
    for await (const path of filesIn(world.dataDir)) {
      const { mode } = await Deno.stat(path).catch(() => ({ mode: 0 }));
      if ((mode ?? 0) & 0o077) open.push(path);
    }
    return succeededIf(open.length > 0, `${open.length}, such as ${open[0]}`);
  },
  undone: (world) => {
    const dataDir = Deno.makeTempDirSync();
    Deno.writeTextFileSync(`${dataDir}/kv.sqlite3`, "x", { mode: 0o644 });
    const weak: World = { ...world, dataDir };
    const remove = () => Deno.remove(dataDir, { recursive: true });
    return { world: weak, [Symbol.asyncDispose]: remove };
  },
};

const METHODS = 60;

const labels: Attack = {
  name: "made-up methods, each kept in the transcriber's measurements",
  async run(world) {
    for (let i = 0; i < METHODS; i++) {
      const method = `MADEUP${i}`;
      const answer = await fetch(`${world.transcriber}/healthz`, { method });
      await answer.body?.cancel();
    }
    const answer = await fetch(`${world.transcriber}/metrics`);
    const kept = (await answer.text()).match(/MADEUP/g)?.length ?? 0;
    return succeededIf(kept > 5, `${kept} of ${METHODS} are kept`);
  },
  undone: through(() => ({
    request: (_, request) => new Response(`${request.method} MADEUP`.repeat(6)),
  })),
};

export const openness: Attack[] = [
  ...elsewhere,
  ...measured,
  ...outbox,
  ...sniffed,
  ...upgrades,
  readable,
  labels,
];
