import { assert, assertEquals } from "@std/assert";
import { consentFor } from "../../accounts/consent.ts";
import { type TestApp, testApp } from "../testing/app.ts";

for (const name of ["local", "rekognition"] as const) {
  Deno.test(`both pages that take a face show what the ${name} engine does with it`, async () => {
    await using app = await testApp();
    const { cookie } = await app.person("Ann");
    app.services.faces = { ...app.services.faces, name };
    const { text } = consentFor({ name });
    for (const [path, as] of [["/register", ""], ["/account/face", cookie]]) {
      const page = await app.ask(path, { cookie: as });
      assertEquals(page.status, 200);
      assert((await page.text()).includes(text), path);
    }
  });
}

Deno.test("the guide tells of Amazon where Amazon compares the faces, and only there", async () => {
  await using local = await testApp();
  await using amazon = await testApp();
  amazon.services.faces = { ...amazon.services.faces, name: "rekognition" };
  const guide = async (app: TestApp) => await (await app.ask("/docs")).text();
  assert(!(await guide(local)).includes("Amazon"));
  assert(
    (await guide(amazon)).includes("sends your photo to Amazon Rekognition"),
  );
});

Deno.test("the guide says what turning the head stops and what not, where it is asked for", async () => {
  await using plain = await testApp();
  const guide = await (await plain.ask("/docs")).text();
  assert(guide.includes("Protection against a good photo or video of you"));
  assert(!guide.includes("Turning your head"));

  await using live = await testApp({ FACE_LIVENESS: "turn" });
  const asked = await (await live.ask("/docs")).text();
  assert(asked.includes("Protection against a photo of you"));
  assert(asked.includes("one print of you"));
  assert(!asked.includes("stops whoever"));
});

Deno.test("the guide says once how one signs up, and that no new face is stored where none is", async () => {
  for (const faceSignIn of ["required", "offered", "off"]) {
    await using app = await testApp({ FACE_SIGN_IN: faceSignIn });
    const guide = await (await app.ask("/docs")).text();
    const [first, ...more] = guide.matchAll(/<strong>Sign up<\/strong>/g);
    assert(first && more.length === 0, faceSignIn);
    const isOff = guide.includes("This server stores no new faces.");
    assertEquals(isOff, faceSignIn === "off");
  }
});
