/** Small bodies that are large once they are unpacked (issue 17, 7). No service opens an archive. */
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { type Attack, succeededIf } from "../attack.ts";
import {
  mp4Frames,
  oggComments,
  oggStreams,
} from "../../../transcriber/testing/hostile.ts";
import { holdsUp } from "../costs.ts";
import { hoursOfOpus } from "../recordings.ts";
import { sayingYes, through } from "../weaknesses.ts";
import type { World } from "../world.ts";

const PACKERS = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
};

const MB = 1_000_000;

/** What a service of this name would take unpacked, but for how much it is. */
const DOORS = {
  web: {
    path: "/api/login",
    text: `{"email":"a@b.test","password":"x"}`,
  },
  realtime: {
    path: "/rooms/{room}/messages",
    text: `{"clientId":"packed","content":"unpacked"}`,
  },
} as const;

const bodies = Object.entries(DOORS).flatMap(([service, { path, text }]) =>
  Object.entries(PACKERS).map(([how, pack]): Attack => ({
    name: `to ${service}: 100 MB of spaces and a little JSON, packed by ${how}`,
    async run(world) {
      const to = world[service as keyof typeof DOORS];
      const token = await world.token(world.owner);
      const answer = await fetch(to + path.replace("{room}", world.roomId), {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-encoding": how,
          authorization: `Bearer ${token}`,
        },
        body: new Uint8Array(pack(" ".repeat(100 * MB) + text)),
      });
      const said = await answer.text();
      // Unpacked it would be JSON: the wrong password, or a message.
      return succeededIf(
        answer.ok || said.includes("wrong-credentials"),
        `it was unpacked: ${answer.status}`,
      );
    },
    undone: sayingYes,
  }))
);

async function transcribed(world: World, body: BodyInit, type: string) {
  const token = await world.token(world.outsider, "transcriber");
  return await fetch(`${world.transcriber}/transcribe`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": type },
    body,
  });
}

const hours: Attack = {
  name: "to the transcriber: six hours of Opus in half a megabyte",
  async run(world) {
    const answer = await transcribed(world, hoursOfOpus(6), "audio/ogg");
    const said = await answer.text();
    // Refused for how long it is, not for how it is made.
    return succeededIf(
      !said.includes('"audio-too-long"'),
      `answered ${answer.status} ${said.slice(0, 120)}`,
    );
  },
  undone: sayingYes,
};

/** Recordings that take the square of their size to read, or say that they are endless. */
const STALLING: Record<string, () => Promise<Uint8Array<ArrayBuffer>>> = {
  "Ogg with 5,000 streams": () => Promise.resolve(oggStreams(5_000)),
  "Ogg with 20,000 comments": () => Promise.resolve(oggComments(20_000)),
  "MP4 of 7 KB with 200,000 frames": () => mp4Frames(200_000),
};

const stalling = Object.entries(STALLING).map(([what, made]): Attack => ({
  name: `to the transcriber, to stall it: ${what}`,
  // Their proof goes by the clock, which a busy machine has no sense of.
  ...(what.startsWith("Ogg") ? { slow: true } : {}),
  async run(world) {
    const hostile = await made();
    const send = (body: Uint8Array<ArrayBuffer>) => async () => {
      const answer = await transcribed(world, body, "audio/x");
      await answer.body?.cancel();
    };
    return await holdsUp(send(hostile), send(hostile.slice().fill(0)));
  },
  undone: through(() => ({
    async request(service, request) {
      if (service !== "transcriber" || !request.body) return request;
      const body = await request.bytes();
      // Whatever is not refused at once is read by somebody careless.
      const isHarmless = body.every((byte) => byte === 0);
      if (isHarmless) return new Response(null, { status: 415 });
      await new Promise((done) => setTimeout(done, 600));
      return new Response(null, { status: 422 });
    },
  })),
}));

export const packed: Attack[] = [...bodies, hours, ...stalling];
