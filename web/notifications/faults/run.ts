/** Has people mention each other while what tells them of it is killed, refused and left hanging. */
import { createRoom } from "../../rooms/rooms.ts";
import type { Account } from "../../accounts/types.ts";
import { randomNumbers } from "../../../realtime/faults/plan.ts";
import {
  type Arrived,
  check,
  type Mailed,
  type Said,
  type Verdict,
} from "./check.ts";
import { addressOf, startWorld, type World } from "./world.ts";

/** What is done to them; the words are what is printed. */
export const FAULTS = {
  "web-1": "web killed (SIGKILL), started again",
  "web-2": "the other web killed, started again",
  "realtime": "realtime killed, started again",
  "429": "push service that answers 429",
  "503": "push service that answers 503",
  "hang": "push service that takes nothing and hangs",
  "lost": "push service whose answers are lost",
} as const;
type Fault = keyof typeof FAULTS;

export interface Result {
  verdict: Verdict;
  injected: Map<Fault, number>;
  /** Devices whose subscription had ended (404, 410). */
  gone: number;
  mentions: number;
  /** When workers were killed. */
  kills: number[];
  output: string[];
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Milliseconds between two messages; one in so many mentions somebody. */
const EACH = 80, MENTION = 3;
/** Milliseconds everything has to arrive in after the last fault: a claim of a process that was killed lasts 30 s. */
const SETTLE = 150_000;
/** Milliseconds in which what came too often may still come. */
const REST = 3_000;

/** Whose devices are what. */
const STEADY = ["Ann", "Ben", "Cleo", "Dan"];
const HALF = ["Eve", "Finn"];
const GONE = ["Gus", "Hal"];
const MAILED = ["Ida", "Jo", "Kit"];

interface People {
  writer: Account;
  roomId: string;
  /** Of each person, the devices that stay. */
  devices: Map<string, string[]>;
  gone: string[];
}

async function invitePeople(world: World): Promise<People> {
  const writer = await world.person("Zoe");
  const room = await createRoom(world.s, writer, "Tea");
  const devices = new Map<string, string[]>();
  const gone: string[] = [];
  const named = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
  const join = async (name: string, all: string[], stays: string[]) => {
    await world.join(await world.person(name, all), room.id);
    devices.set(name, stays);
    gone.push(...all.filter((it) => !stays.includes(it)));
  };
  for (const name of STEADY) {
    await join(name, named(name, 2), named(name, 2));
  }
  for (const name of HALF) await join(name, named(name, 2), named(name, 1));
  for (const name of GONE) await join(name, named(name, 1), []);
  for (const name of MAILED) await join(name, [], []);
  gone.forEach((device, i) => {
    const status = i % 2 === 0 ? 404 : 410;
    world.push.answers.set(device, () => new Response(null, { status }));
  });
  return { writer, roomId: room.id, devices, gone };
}

/** Tries until realtime has it: it may be on its way back. */
async function say(
  { s }: World,
  { writer, roomId }: People,
  content: string,
): Promise<void> {
  const clientId = crypto.randomUUID();
  for (;;) {
    try {
      await s.realtime.post(writer, roomId, { clientId, content });
      return;
    } catch {
      await pause(200);
    }
  }
}

const numberIn = (text: string) => Number(/#(\d+)/.exec(text)?.[1]);

function arrivals(world: World): Arrived[] {
  return world.push.taken.flatMap(({ device, text, at, isLost }) => {
    const { kind, body, tag } = JSON.parse(text);
    if (kind !== "message") return [];
    return [{ device, number: numberIn(body), tag, at, isLost }];
  });
}

const mails = (world: World): Mailed[] =>
  world.mails().map(({ to, text, id, at }) => ({
    ...{ id, at, address: to },
    numbers: [...text.matchAll(/#(\d+)/g)].map(([, it]) => Number(it)),
  }));

/** Mentions people until it is told to stop: those who get an e-mail once, as at most one goes an hour. */
function startTalk(world: World, people: People, random: () => number) {
  const said: Said[] = [];
  const once = [...GONE, ...MAILED];
  const names = [...STEADY, ...HALF];
  let isOver = false, number = 0;
  const talk = async () => {
    while (!isOver) {
      number += 1;
      const mentioned = number % MENTION > 0
        ? []
        : [once.pop(), ...names.filter(() => random() < 0.4)]
          .filter((it) => it !== undefined);
      const calls = mentioned.map((name) => `@${name}`).join(" ");
      await say(world, people, `#${number} ${calls}`);
      said.push({ number, names: mentioned });
      await pause(EACH);
    }
  };
  const talking = talk();
  return {
    said,
    async stop() {
      isOver = true;
      await talking;
    },
  };
}

/** Breaks things until the time is over, one after another; gives when workers were killed. */
async function inject(
  world: World,
  { devices }: People,
  seconds: number,
  random: () => number,
) {
  const injected = new Map<Fault, number>();
  const kills: number[] = [];
  const pick = <T>(from: T[]): T => from[Math.floor(random() * from.length)];
  const stays = [...devices.values()].flat();
  const until = performance.now() + seconds * 1_000;
  let due: Fault[] = [];
  const { answers, lost } = world.push;
  const status = (code: number) => () =>
    new Response(null, { status: code, headers: { "retry-after": "1" } });
  while (performance.now() < until) {
    if (due.length === 0) due = Object.keys(FAULTS) as Fault[];
    const fault = pick(due);
    due = due.filter((it) => it !== fault);
    injected.set(fault, (injected.get(fault) ?? 0) + 1);
    const lasts = 200 + random() * 1_500;
    if (fault === "web-1" || fault === "web-2" || fault === "realtime") {
      if (fault !== "realtime") kills.push(Date.now());
      await world.kill(fault);
      if (fault !== "realtime") kills.push(Date.now());
      await pause(lasts / 3);
      await world.restart(fault);
      continue;
    }
    // One person's devices, or every other one.
    const some = stays.filter(() => random() < 0.4);
    for (const device of some) {
      if (fault === "lost") lost.add(device);
      else if (fault === "hang") answers.set(device, () => world.push.never);
      else answers.set(device, status(Number(fault)));
    }
    await pause(lasts);
    for (const device of some) {
      lost.delete(device);
      answers.delete(device);
    }
  }
  return { injected, kills };
}

/** Runs it all, and says what became of it. */
export async function run(seconds: number, seed: number): Promise<Result> {
  const random = randomNumbers(seed);
  await using world = await startWorld();
  const people = await invitePeople(world);
  const talk = startTalk(world, people, random);
  const { injected, kills } = await inject(world, people, seconds, random);
  await talk.stop();
  const judge = () =>
    check({
      ...{ said: talk.said, devices: people.devices, kills },
      ...{ arrived: arrivals(world), mailed: mails(world) },
      addressOf,
    });
  const until = performance.now() + SETTLE;
  while (judge().missed.length > 0 && performance.now() < until) {
    // Somebody is there, as ever: without anybody realtime has no token to call web with.
    await say(world, people, "Still here");
    await pause(1_000);
  }
  await pause(REST);
  return {
    ...{ injected, gone: people.gone.length, output: world.output },
    ...{ verdict: judge(), kills },
    mentions: talk.said.flatMap(({ names }) => names).length,
  };
}
