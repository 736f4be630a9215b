import { assertEquals } from "@std/assert";
import { eventually } from "../e2e/patience.ts";
import { keepVoice } from "./keep.ts";
import { onVoices, RECORDING } from "./testing.ts";

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
