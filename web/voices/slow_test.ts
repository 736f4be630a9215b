import { assertEquals, assertRejects } from "@std/assert";
import { eventually } from "../e2e/patience.ts";
import { keepVoice } from "./keep.ts";
import { type Hearing, onVoices, RECORDING } from "./testing.ts";

/** Waits until the engine is told that nobody waits for the first recording. */
const isLetGo = ({ signals }: Hearing) =>
  eventually(
    () => signals[0]?.aborted ? true : undefined,
    () => "It is still heard",
  );

Deno.test(
  "a recording that takes too long to be heard is kept, sent without words, and has them later",
  onVoices(async ({ app: { services }, ada, room, engine, post }) => {
    const held = Promise.withResolvers<void>();
    engine.held = held.promise;
    const about = { roomId: room, language: "" };
    const recording = new Blob([RECORDING]);
    const { account } = ada;
    const late = await keepVoice(services, account, recording, about, 50);
    assertEquals([late.text, late.voice?.waiting], ["", true]);
    assertEquals([late.voice?.ms, late.voice?.peaks?.length], [1_000, 64]);
    await isLetGo(engine);
    held.resolve();
    const { clip } = late.voice!;
    const answer = await post({ voice: { clip } });
    assertEquals(answer.status, 201);
    const { id } = await answer.json();
    await eventually(
      async () => {
        const found = await services.realtime.find(account, room, id);
        return found.content === "Tea is ready" ? true : undefined;
      },
      () => "Its words did not come",
    );
  }),
);

Deno.test(
  "a recording whose sender has left is not heard any further, and not kept",
  onVoices(async ({ app: { services }, ada, room, engine, clipsOf }) => {
    const held = Promise.withResolvers<void>();
    engine.held = held.promise;
    const left = new AbortController();
    const about = { roomId: room, language: "", gone: left.signal };
    const keeping = assertRejects(() =>
      keepVoice(services, ada.account, new Blob([RECORDING]), about)
    );
    await eventually(
      () => engine.signals.length > 0 ? true : undefined,
      () => "It was not heard",
    );
    left.abort();
    await keeping;
    await isLetGo(engine);
    held.resolve();
    await eventually(
      async () => (await clipsOf(ada.account)).length === 0 ? true : undefined,
      () => "It was kept",
    );
    assertEquals(engine.signals.length, 1, "nor anew");
  }),
);
