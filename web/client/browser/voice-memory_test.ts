import { assertEquals } from "@std/assert";
import { keepPlaying, playingKept } from "./voice-memory.ts";

const track = { roomId: "r", id: "m", name: "Ada", ms: 9, words: [] };

Deno.test("what plays is remembered for the next page of the same person alone", () => {
  keepPlaying("grace", track, false);
  assertEquals(playingKept("grace"), { track, goesOn: true });
  keepPlaying("grace", track);
  assertEquals(playingKept("grace"), { track, goesOn: false });
  assertEquals(playingKept("mallory"), undefined);
  assertEquals(sessionStorage.length, 0);
  keepPlaying("grace", track);
  keepPlaying();
  assertEquals(playingKept("grace"), undefined);
});
