import { assertEquals } from "@std/assert";
import type { Leftover } from "../../realtime/protocol-http.ts";
import { finishLeftovers } from "./leftovers.ts";
import { elsewhere, eraser, onStage } from "./testing.ts";

const left = (receipt: string, ...ids: string[]): Leftover => ({
  roomId: "tea",
  receipt,
  attached: ids.map((id) => ({ kind: "clip", id, owner: "ada" })),
});

Deno.test(
  "recordings of messages that are gone are deleted before the room log may forget them",
  onStage(async ({ s }) => {
    let kept = [left("1", "a"), left("2", "b", "c")];
    const order: string[] = [];
    s.realtime.leftovers = () => Promise.resolve(kept);
    s.realtime.leftoversTaken = (taken) => {
      order.push(`taken ${taken.map(({ receipt }) => receipt)}`);
      kept = kept.filter((it) => !taken.includes(it));
      return Promise.resolve();
    };
    const answers = [503, 204];
    const transcriber = eraser((path, body) => {
      const { clips } = body as { clips: { id: string; owner: string }[] };
      order.push(`${path} ${clips.map(({ id, owner }) => owner + id)}`);
      return new Response(null, { status: answers.shift() });
    });
    const all = elsewhere(s, transcriber.url);
    assertEquals(await finishLeftovers(all), 1);
    assertEquals(order, ["/erasures/clips adaa,adab,adac"]);
    assertEquals(await finishLeftovers(all), 0);
    assertEquals(order.slice(1), [
      "/erasures/clips adaa,adab,adac",
      "taken 1,2",
    ]);
    assertEquals(await finishLeftovers(all), 0);
    assertEquals(order.length, 3);
    await transcriber.shutdown();
  }),
);

Deno.test(
  "what is left over waits while realtime is away",
  onStage(async ({ s }) => {
    s.realtime.leftovers = () => Promise.reject(new Error("away"));
    assertEquals(await finishLeftovers(elsewhere(s, "http://localhost:1")), 1);
  }),
);
