import { assert, assertEquals } from "@std/assert";
import type { Rename } from "../../realtime/protocol-http.ts";
import { elsewhere, eraser, onStage, type Stage } from "../rooms/testing.ts";
import { finishErasures, noteErasure, ofAccount } from "./erasures.ts";
import { everythingIn } from "./testing.ts";

/** Notes that an account was deleted. */
async function noteOf({ s }: Stage, accountId: string): Promise<void> {
  const commit = s.kv.atomic();
  noteErasure(commit, accountId, ofAccount(`${accountId}@example.com`));
  await commit.commit();
}

/** A realtime that does a renaming in parts, and is away while told so. */
function renamer(stage: Stage, parts: number) {
  const calls: Rename[] = [];
  const away = { now: false };
  stage.s.realtime.rename = (rename) => {
    if (away.now) return Promise.reject(new Error("away"));
    calls.push(rename);
    const part = Number(rename.after ?? 0) + 1;
    return Promise.resolve(part < parts ? { after: `${part}` } : {});
  };
  return { calls, away };
}

Deno.test(
  "a deleted account is erased part by part at realtime and at the transcriber",
  onStage(async (stage) => {
    const { calls } = renamer(stage, 3);
    const asked: unknown[] = [];
    const transcriber = eraser((path, body) => {
      asked.push([path, body]);
      return Response.json(asked.length < 2 ? { after: "more" } : {});
    });
    await noteOf(stage, "gone");
    const s = elsewhere(stage.s, transcriber.url);
    assertEquals(await finishErasures(s), { done: 1, left: 0 });
    const named = { userId: "gone", name: "Deleted person" };
    assertEquals(calls, [
      { ...named, after: undefined },
      { ...named, after: "1" },
      { ...named, after: "2" },
    ]);
    assertEquals(asked, [
      ["/erasures/people", { userId: "gone" }],
      ["/erasures/people", { userId: "gone", after: "more" }],
    ]);
    assertEquals(await finishErasures(s), { done: 0, left: 0 });
    assertEquals(calls.length, 3, "and that is all of it");
    await transcriber.shutdown();
  }),
);

Deno.test(
  "while the transcriber is away the rest is done, and the note waits for it",
  onStage(async (stage) => {
    const { calls } = renamer(stage, 1);
    await noteOf(stage, "gone");
    const away = elsewhere(stage.s);
    assertEquals(await finishErasures(away), { done: 0, left: 1 });
    assert(!(await everythingIn(stage.s.kv)).includes("gone@example.com"));
    const asked: unknown[] = [];
    const transcriber = eraser((_, body) => {
      asked.push(body);
      return Response.json({});
    });
    const back = elsewhere(stage.s, transcriber.url);
    assertEquals(await finishErasures(back), { done: 1, left: 0 });
    assertEquals(asked, [{ userId: "gone" }]);
    assertEquals(calls.length, 1, "what was done is not done again");
    await transcriber.shutdown();
  }),
);

Deno.test(
  "what broke off goes on where it was, and does not hold up another's",
  onStage(async (stage) => {
    const { calls, away } = renamer(stage, 4);
    const transcriber = eraser(() => Response.json({}));
    const s = elsewhere(stage.s, transcriber.url);
    const rename = stage.s.realtime.rename;
    stage.s.realtime.rename = async (...args) => {
      const done = await rename(...args);
      away.now = calls.length === 2;
      return done;
    };
    await noteOf(stage, "gone");
    assertEquals(await finishErasures(s), { done: 0, left: 1 });
    away.now = false;
    calls.push({ userId: "", name: "" });
    await noteOf(stage, "gone-too");
    assertEquals(await finishErasures(s), { done: 2, left: 0 });
    const of = (id: string) =>
      calls.filter(({ userId }) => userId === id).map(({ after }) => after);
    assertEquals(of("gone"), [undefined, "1", "2", "3"]);
    assertEquals(of("gone-too"), [undefined, "1", "2", "3"]);
    await transcriber.shutdown();
  }),
);

Deno.test(
  "a note of an earlier version, which asks nothing of the others, is done with",
  onStage(async (stage) => {
    await stage.s.kv.set(["erasures", "old"], { email: "old@example.com" });
    const s = elsewhere(stage.s);
    assertEquals(await finishErasures(s), { done: 1, left: 0 });
    assertEquals(await finishErasures(s), { done: 0, left: 0 });
  }),
);

Deno.test(
  "who wants it so takes their messages along, from every room, wherever it broke off",
  onStage(async (stage) => {
    const withdrawn: [string, number | undefined][] = [];
    renamer(stage, 1);
    let away = true;
    stage.s.realtime.withdraw = (roomId, { after }) => {
      if (withdrawn.length === 2 && away) return Promise.reject(new Error());
      withdrawn.push([roomId, after]);
      return Promise.resolve(
        roomId === "b" && after === undefined ? { after: 100 } : {},
      );
    };
    for (const id of ["a", "b", "c"]) {
      await stage.s.kv.set(["rooms", id], { id });
    }
    const transcriber = eraser(() => Response.json({}));
    const s = elsewhere(stage.s, transcriber.url);
    const commit = stage.s.kv.atomic();
    noteErasure(commit, "gone", ofAccount("gone@example.com", true));
    await commit.commit();
    assertEquals(await finishErasures(s), { done: 0, left: 1 });
    away = false;
    assertEquals(await finishErasures(s), { done: 1, left: 0 });
    const places = new Set(withdrawn.map((place) => place.join(" ").trim()));
    assertEquals([...places].sort(), ["a", "b", "b 100", "c"]);
    await transcriber.shutdown();
  }),
);
