import { assertEquals } from "@std/assert";
import { viewPicture } from "./Viewer.tsx";

Deno.test("pressed twice before it is there, a picture opens one viewer", () => {
  const asked: string[] = [];
  const page = {
    querySelector: (what: string) => asked.push(what),
  };
  const log = { querySelectorAll: () => asked.push("pictures") && [] };
  Object.assign(globalThis, { document: page });
  try {
    viewPicture(
      log as unknown as HTMLElement,
      {} as HTMLAnchorElement,
    );
  } finally {
    delete (globalThis as { document?: unknown }).document;
  }
  assertEquals(asked, [".viewer"]);
});
