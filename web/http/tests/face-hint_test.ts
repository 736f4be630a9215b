import { assertEquals } from "@std/assert";
import { encodeJpeg } from "../../faces/codec.ts";
import { FRAME_OF } from "../../faces/frame.ts";
import { localFaceEngine } from "../../faces/local.ts";
import { type Picture, shrink } from "../../faces/picture.ts";
import { pictureOf } from "../../faces/test-photos.ts";
import { farAway } from "../../faces/test-turns.ts";
import { RATES } from "../../access/table.ts";
import { type TestApp, testApp } from "../testing/app.ts";

const send = (
  app: TestApp,
  frame: Uint8Array,
  from = "203.0.113.9",
): Promise<Response> =>
  app.ask("/face-hint", {
    method: "POST",
    headers: { "content-type": "image/jpeg" },
    body: new Uint8Array(frame),
    from,
  });

async function frameOf(photo: Picture): Promise<Uint8Array> {
  return await encodeJpeg(shrink(photo, Math.ceil(photo.width / FRAME_OF)));
}

Deno.test("a frame is answered with how to stand, and nothing else", async () => {
  await using app = await testApp();
  const engine = localFaceEngine();
  app.services.faces = engine;
  try {
    const said = async (photo: Picture) => {
      const answer = await send(app, await frameOf(photo));
      assertEquals(answer.headers.getSetCookie(), []);
      return [answer.status, await answer.text()];
    };
    const ada = await pictureOf("ada");
    assertEquals(await said(ada), [200, ""]);
    assertEquals(await said(await pictureOf("grace")), [200, ""]);
    assertEquals(await said(farAway(ada, 4)), [
      200,
      "You are too far away. Come closer.",
    ]);
    assertEquals(await said(await pictureOf("ada", "left")), [
      200,
      "Your head is turned or tilted. Look into the camera.",
    ]);
  } finally {
    await engine.close();
  }
});

Deno.test("what is no frame, too much, or not looked at now is answered without a hint", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const looked: number[] = [];
  let flaw: "face-small" | "face-blurred" | undefined = "face-small";
  s.faces = {
    ...s.faces,
    flawOf(frame) {
      looked.push(frame.length);
      return Promise.resolve(flaw);
    },
  };
  const large = await send(app, new Uint8Array(70_000));
  assertEquals([large.status, (await large.json()).error.code], [
    413,
    "image-too-large",
  ]);
  const form = await app.send("/face-hint", { once: crypto.randomUUID() });
  assertEquals([form.status, (await form.json()).error.code], [
    422,
    "image-type",
  ]);
  assertEquals(looked, []);
  const answer = await send(app, new Uint8Array(9));
  assertEquals(await answer.text(), "You are too far away. Come closer.");
  // The photo itself tells of that: nothing is said before.
  flaw = "face-blurred";
  assertEquals(await (await send(app, new Uint8Array(9))).text(), "");
  flaw = undefined;
  assertEquals((await send(app, new Uint8Array(9))).status, 204);
  delete s.faces.flawOf;
  assertEquals((await send(app, new Uint8Array(9))).status, 204);
});

Deno.test("frames are counted for a network, and for the server as a whole", async () => {
  await using app = await testApp();
  const { services: s } = app;
  let looked = 0;
  s.faces = { ...s.faces, flawOf: () => Promise.resolve((looked++, null)) };
  const { now: perf } = performance;
  const fixed = performance.now();

  performance.now = () => fixed;
  try {
    const statuses = new Map<number, number>();
    for (let i = 0; i < RATES.frames.burst + 5; i++) {
      const { status } = await send(app, new Uint8Array(9));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    assertEquals(statuses.get(429), 5);
    assertEquals(looked, RATES["all frames"].burst);
    const other = await send(app, new Uint8Array(9), "198.51.100.7");
    assertEquals(other.status, 204);
  } finally {
    performance.now = perf;
  }
});
