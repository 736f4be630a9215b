import { assertEquals, assertRejects } from "@std/assert";
import type { EntryFrame } from "../../realtime/protocol.ts";
import { AppError } from "../errors.ts";
import { followRoom } from "./follow.ts";
import { leaveRoom } from "./members.ts";
import { createRoom } from "./rooms.ts";
import { onStage, type Stage } from "./testing.ts";

const entry = (roomId: string, offset: number): EntryFrame => ({
  event: "message-deleted",
  roomId,
  epoch: "e1",
  offset,
  id: `m${offset}`,
  clientId: `c${offset}`,
  sender: { id: "ada", name: "Ada" },
  timestamp: offset,
});

/** What each opening of the stream gives; after the last of them it stays silent. */
function script(
  stage: Stage,
  roomId: string,
  openings: (number[] | Error)[],
) {
  const asked: number[] = [];
  const epochs: string[] = [];
  const { realtime } = stage.s;
  realtime.history = () =>
    Promise.resolve({
      messages: [],
      epoch: epochs.shift() ?? "e1",
      offset: 0,
    });
  realtime.stream = (_account, _roomId, after, signal) => {
    asked.push(after);
    const opening = openings.shift();
    if (opening instanceof Error) return Promise.reject(opening);
    return Promise.resolve(
      new ReadableStream<EntryFrame>({
        start(controller) {
          for (const offset of opening ?? []) {
            controller.enqueue(entry(roomId, offset));
          }
          if (opening || signal.aborted) return controller.close();
          signal.addEventListener("abort", () => controller.close());
        },
      }),
    );
  };
  return { asked, epochs };
}

/** Ada's room, and how to follow it with short waits. */
async function adasRoom({ s, person }: Stage) {
  const ada = await person("Ada");
  const room = await createRoom(s, ada, "Tea");
  const stop = new AbortController();
  const session = { holds: true };
  const follow = (after?: number) =>
    followRoom(s, ada, room.id, {
      after,
      signal: stop.signal,
      isSignedIn: () => Promise.resolve(session.holds),
      shortest: 1,
    });
  return { ada, room, stop, session, follow };
}

const down = new AppError({ code: "realtime-down", status: 503, message: "" });

Deno.test(
  "entries go on where they stopped, through ends and failures",
  onStage(async (stage) => {
    const { room, stop, follow } = await adasRoom(stage);
    const { asked } = script(stage, room.id, [
      [4, 5],
      down,
      new TypeError("connection reset"),
      [6],
    ]);
    const offsets: number[] = [];
    for await (const { offset } of follow(3)) {
      offsets.push(offset);
      if (offset === 6) stop.abort();
    }
    assertEquals(offsets, [4, 5, 6]);
    assertEquals(asked, [3, 5, 5, 5]);
  }),
);

Deno.test(
  "without an offset it begins with the newest 50, once realtime answers",
  onStage(async (stage) => {
    const { room, stop, follow } = await adasRoom(stage);
    const { asked } = script(stage, room.id, [[71]]);
    const { realtime } = stage.s;
    const newest = { messages: [], epoch: "e1", offset: 120 };
    let isDown = true;
    realtime.history = () => {
      if (!isDown) return Promise.resolve(newest);
      isDown = false;
      return Promise.reject(down);
    };
    for await (const { offset } of follow()) {
      assertEquals(offset, 71);
      stop.abort();
    }
    assertEquals(asked, [70]);
  }),
);

Deno.test(
  "it ends with the membership",
  onStage(async (stage) => {
    const { ada, room, follow } = await adasRoom(stage);
    script(stage, room.id, [[1], [2]]);
    const offsets: number[] = [];
    for await (const { offset } of follow(0)) {
      offsets.push(offset);
      await leaveRoom(stage.s, ada, room.id);
    }
    assertEquals(offsets, [1]);
  }),
);

Deno.test(
  "it ends with the session, and no new token opens the room again",
  onStage(async (stage) => {
    const { room, session, follow } = await adasRoom(stage);
    const { asked } = script(stage, room.id, [[1], [2]]);
    const offsets: number[] = [];
    for await (const { offset } of follow(0)) {
      offsets.push(offset);
      session.holds = false;
    }
    assertEquals(offsets, [1]);
    assertEquals(asked, [0]);
  }),
);

Deno.test(
  "it ends when the log begins anew",
  onStage(async (stage) => {
    const { room, follow } = await adasRoom(stage);
    const { asked, epochs } = script(stage, room.id, [[1], [2]]);
    epochs.push("e1", "e2");
    const seen = await Array.fromAsync(follow(0));
    assertEquals(seen.map(({ offset }) => offset), [1]);
    assertEquals(asked, [0]);
  }),
);

Deno.test(
  "it ends while nothing comes, when it is told to",
  onStage(async (stage) => {
    const { room, stop, follow } = await adasRoom(stage);
    script(stage, room.id, []);
    const next = follow(0).next();
    stop.abort();
    assertEquals(await next, { done: true, value: undefined });
  }),
);

Deno.test(
  "a plain no is not asked again",
  onStage(async (stage) => {
    const { room, follow } = await adasRoom(stage);
    const no = new AppError({ code: "forbidden", status: 403, message: "No." });
    const { asked } = script(stage, room.id, [no]);
    const error = await assertRejects(() => follow(0).next(), AppError);
    assertEquals(error.code, "forbidden");
    assertEquals(asked, [0]);
  }),
);
