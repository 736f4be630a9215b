import { assertEquals } from "@std/assert";
import { fateOf, hold, letGo } from "./uploads.ts";

/** Files are sent, and answered with these, one after the other: a status and what is said. */
async function answered(
  answers: [status: number, said: object][],
  run: (key: string) => Promise<void>,
) {
  const before = { XMLHttpRequest: globalThis.XMLHttpRequest };
  Object.assign(globalThis, {
    XMLHttpRequest: class {
      upload = {};
      status = 0;
      response: unknown;
      onload() {}
      open() {}
      abort() {}
      setRequestHeader() {}
      send() {
        const [status, response] = answers.shift()!;
        Object.assign(this, { status, response });
        queueMicrotask(() => this.onload());
      }
    },
  });
  const { key } = hold("r", new File(["x"], "x.txt"));
  try {
    await run(key);
  } finally {
    letGo(key);
    Object.assign(globalThis, before);
  }
}

const error = (code: string) => ({ error: { code, message: `${code}.` } });

Deno.test("a file that came too slowly, or was cut off, is tried again; one that is refused is not", async () => {
  const slow: [number, object] = [408, error("too-slow")];
  await answered(
    [slow, [400, error("aborted")], [503, error("busy")], [201, { id: "f" }]],
    async (key) => {
      for (let i = 0; i < 3; i++) assertEquals(await fateOf({ key }), "later");
      assertEquals(await fateOf({ key }), { id: "f" });
    },
  );
  await answered([[400, error("bad-query")]], async (key) => {
    assertEquals(await fateOf({ key }), { failed: "bad-query." });
  });
  // It is not tried for ever: then a person decides.
  await answered(
    [slow, slow, slow, slow, slow, [201, { id: "g" }]],
    async (key) => {
      for (let i = 0; i < 4; i++) assertEquals(await fateOf({ key }), "later");
      assertEquals(await fateOf({ key }), {
        failed: "It did not arrive. Check your connection.",
      });
      assertEquals(await fateOf({ key }), { id: "g" });
    },
  );
  // Where web says why it took none, that is what they are told.
  const away: [number, object] = [503, error("files-unavailable")];
  await answered([away, slow, away, away, away], async (key) => {
    for (let i = 0; i < 4; i++) assertEquals(await fateOf({ key }), "later");
    assertEquals(await fateOf({ key }), { failed: "files-unavailable." });
  });
});
