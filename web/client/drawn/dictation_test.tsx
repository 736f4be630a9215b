import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { render } from "preact-render-to-string";
import type { TranscriberState } from "../../http/pages/transcriber.ts";
import { dictation } from "./Dictation.tsx";

/** The panel as it opens. */
const panel = (transcriber: TranscriberState) =>
  render(dictation({
    transcriberUrl: "http://localhost",
    transcriber,
    roomId: "room",
    fetchToken: () => Promise.reject(new Error("no token")),
    // Only pressing something touches it.
    input: {} as HTMLTextAreaElement,
    onClose() {},
  }));

const buttons = (html: string) =>
  [...html.matchAll(/<button[^>]*>([^<]*)</g)].map(([, label]) => label);

Deno.test("where dictation is off, the panel says which cause it has", () => {
  const off = panel("off");
  assertStringIncludes(off, "this server has no speech recogniser");
  assertEquals(buttons(off), ["Close"]);
  const silent = panel("silent");
  assertStringIncludes(silent, "the speech recogniser is not responding");
  assert(!silent.includes("install"));
  assertEquals(buttons(silent), ["Close"]);
});

Deno.test("where it is on, the panel asks for the microphone", () => {
  const ready = panel("ready");
  assertStringIncludes(ready, "Allow the microphone…");
  assertEquals(buttons(ready), ["Cancel"]);
});
