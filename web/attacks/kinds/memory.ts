/** Requests that do not end, to take connections and memory (issue 13, high 4). */
import { type Attack, succeededIf } from "../attack.ts";
import { open, opening } from "../raw.ts";
import { through } from "../weaknesses.ts";
import type { World } from "../world.ts";

const MB = 1_000_000;

/** Whoever asks waits for ever. */
const patient = through(() => ({ request: () => new Promise(() => {}) }));

const JSON_OF = (bytes: number) => [
  "Content-Type: application/json",
  `Content-Length: ${bytes}`,
];

const bodies: Attack = {
  name: "sixty unfinished bodies of a megabyte to web",
  async run(world) {
    const sockets = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const socket = await open(world.web);
        const head = opening("POST", "/api/login", world.web, JSON_OF(7 * MB));
        await socket.write(head);
        await socket.write(new Uint8Array(MB).fill(0x20));
        return socket;
      }),
    );
    // The first are held; what is more than the memory they may take is refused.
    const refused = await Promise.all(
      sockets.map((socket) => socket.until("HTTP/1.1 503", 3_000)),
    );
    await Promise.all(sockets.map((socket) => socket[Symbol.asyncDispose]()));
    const holding = refused.filter((it) => !it).length;
    return succeededIf(holding > 40, `${holding} MB are held`);
  },
  undone: patient,
};

/** What is sent of a request before nothing comes any more. */
const STALLED: Record<string, (base: string) => string> = {
  "half a header": (base) => opening("GET", "/healthz", base).slice(0, -2),
  "half a body": (base) =>
    opening("POST", "/api/login", base, JSON_OF(1_000)) + '{"email":',
  "a body to an address that takes none": (base) =>
    opening("POST", "/healthz", base, JSON_OF(1_000)) + "{",
  "a form without its end": (base) =>
    opening("POST", "/login", base, [
      "Content-Type: application/x-www-form-urlencoded",
      "Content-Length: 1000",
    ]) + "email=",
};

/** Milliseconds after which a connection with an unfinished request must be closed. */
const CLOSED_MS = 90_000;

// Deno closes no such connection of web or the transcriber: a proxy does (web/DEPLOYMENT.md).
const stalled = (["realtime"] as const).flatMap((service) =>
  Object.entries(STALLED).map(([what, textOf]): Attack => ({
    name: `${what} to ${service}, and nothing more`,
    slow: true,
    async run(world) {
      await using socket = await open(world[service]);
      await socket.write(textOf(world[service]));
      return succeededIf(
        !await socket.ended(CLOSED_MS),
        "the connection is still open",
      );
    },
    undone: patient,
  }))
);

/** What a person says who sends a recording of so many bytes. */
const recordingOf = async (world: World, bytes: number) =>
  opening("POST", "/transcribe", world.transcriber, [
    `Authorization: Bearer ${await world.token(world.outsider, "transcriber")}`,
    "Content-Type: audio/wav",
    `Content-Length: ${bytes}`,
  ]);

const recordings: Attack = {
  name: "eight unfinished recordings of nine megabytes to the transcriber",
  async run(world) {
    const sockets = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const socket = await open(world.transcriber);
        await socket.write(await recordingOf(world, 9 * MB + 1));
        await socket.write(new Uint8Array(9 * MB).fill(0x20));
        return socket;
      }),
    );
    const refused = await Promise.all(
      sockets.map((socket) => socket.until("HTTP/1.1 503", 3_000)),
    );
    await Promise.all(sockets.map((socket) => socket[Symbol.asyncDispose]()));
    const holding = refused.filter((it) => !it).length;
    return succeededIf(holding > 4, `${holding * 9} MB are held`);
  },
  undone: patient,
};

const halfRecording: Attack = {
  name: "half a recording to the transcriber, and nothing more",
  slow: true,
  async run(world) {
    await using socket = await open(world.transcriber);
    await socket.write(await recordingOf(world, 1_000) + "RIFF");
    const told = await socket.until("HTTP/1.1 408", CLOSED_MS);
    return succeededIf(!told, "it is still waited for");
  },
  undone: patient,
};

export const memory: Attack[] = [
  bodies,
  ...stalled,
  recordings,
  halfRecording,
];
