import { assert, assertEquals } from "@std/assert";
import { pictureOf, type TestApp, testApp } from "../testing/app.ts";

const GOOD = {
  name: "Grace Hopper",
  email: "grace@acme.net",
  password: "nine lives of a cat",
  consent: "yes",
};

/** Sends the form; gives the answer, its page and the handle of the photo kept for it. */
async function register(
  app: TestApp,
  fields: Record<string, string>,
  { photo, dest = "document" }: { photo?: string; dest?: string } = {},
) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (photo) form.append("selfie", new File([pictureOf(photo)], "me.jpg"));
  const answer = await app.ask("/register", {
    method: "POST",
    body: form,
    headers: { "sec-fetch-dest": dest },
  });
  const html = await answer.text();
  const kept = /name="kept" value="([^"]+)"/.exec(html)?.[1];
  return { status: answer.status, html, kept };
}

async function refusedOnce(app: TestApp, photo = "Grace"): Promise<string> {
  const { status, html, kept } = await register(app, {
    ...GOOD,
    email: "not an address",
  }, { photo });
  assertEquals(status, 422);
  assert(kept, "no photo was kept");
  assert(html.includes("Your photo is kept for 10 minutes"));
  assert(html.includes("We didn’t keep your password, so add it again."));
  assert(!/<input[^>]*type="file"[^>]*required/.test(html));
  return kept;
}

Deno.test("a photo survives mistakes in other fields, without script", async () => {
  await using app = await testApp();
  const first = await refusedOnce(app);
  const again = await register(app, {
    ...GOOD,
    password: "short",
    kept: first,
  });
  assertEquals([again.status, again.kept], [422, first]);
  const { status } = await register(app, { ...GOOD, kept: first });
  assertEquals(status, 303);
});

Deno.test("what kept a photo opens it once", async () => {
  await using app = await testApp();
  const kept = await refusedOnce(app);
  assertEquals((await register(app, { ...GOOD, kept })).status, 303);
  const other = { ...GOOD, email: "other@acme.net", kept };
  const { status, html } = await register(app, other);
  assertEquals(status, 422);
  assert(html.includes("Take or choose a photo of your face."));
});

Deno.test("a kept photo opens with its own key alone, and a wrong one does not lose it", async () => {
  await using app = await testApp();
  const mine = await refusedOnce(app);
  const theirs = await refusedOnce(app, "Mallory");
  const [id] = mine.split(".");
  const [, key] = theirs.split(".");
  for (const kept of [`${id}.${key}`, id, `${id}.`, `${id}.?`, "", "."]) {
    assertEquals([kept, (await register(app, { ...GOOD, kept })).status], [
      kept,
      422,
    ]);
  }
  assertEquals((await register(app, { ...GOOD, kept: mine })).status, 303);
});

Deno.test("a kept photo is gone after ten minutes, which trying does not prolong", async () => {
  await using app = await testApp();
  const { now } = Date;
  const kept = await refusedOnce(app);
  try {
    Date.now = () => now() + 9 * 60_000;
    const tried = await register(app, { ...GOOD, name: " ", kept });
    assertEquals(tried.kept, kept);
    Date.now = () => now() + 10 * 60_000 + 1_000;
    const late = await register(app, { ...GOOD, kept });
    assertEquals([late.status, late.kept], [422, undefined]);
  } finally {
    Date.now = now;
  }
});

Deno.test("a photo is not kept without consent, if it was the mistake, or for a script", async () => {
  await using app = await testApp();
  const { consent: _, ...unasked } = GOOD;
  const bad = { ...GOOD, email: "nobody" };
  const photo = "Grace";
  assertEquals((await register(app, unasked, { photo })).kept, undefined);
  assertEquals(
    (await register(app, bad, { photo, dest: "empty" })).kept,
    undefined,
  );
  assertEquals((await register(app, bad)).kept, undefined);
  const faceless = new FormData();
  for (const [name, value] of Object.entries(GOOD)) faceless.set(name, value);
  faceless.append("selfie", new File([new Uint8Array(9)], "me.jpg"));
  const wrong = await app.send("/register", faceless);
  assertEquals(wrong.status, 422);
  assert(!(await wrong.text()).includes('name="kept"'));
  const kept = await refusedOnce(app);
  // Taken back with the agreement: it is gone.
  await register(app, { ...unasked, kept });
  assertEquals((await register(app, { ...GOOD, kept })).status, 422);
});

Deno.test("another photo takes the place of the one that was kept", async () => {
  await using app = await testApp();
  const kept = await refusedOnce(app);
  const other = await register(app, { ...GOOD, password: "short", kept }, {
    photo: "Mallory",
  });
  assert(other.kept && other.kept !== kept);
  assertEquals((await register(app, { ...GOOD, kept })).status, 422);
  const { status } = await register(app, { ...GOOD, kept: other.kept });
  assertEquals(status, 303);
});

Deno.test("a new face survives a wrong password, for its own account only", async () => {
  await using app = await testApp();
  const ada = await app.person("Ada");
  const grace = await app.person("Grace");
  const send = async (
    cookie: string,
    password: string,
    photo: File | string,
  ) => {
    const form = new FormData();
    form.set("consent", "yes");
    form.set("password", password);
    form.append(typeof photo === "string" ? "kept" : "selfie", photo);
    const answer = await app.send("/account/face", form, cookie);
    const kept = /name="kept" value="([^"]+)"/.exec(await answer.text())?.[1];
    return { status: answer.status, kept };
  };
  const photo = new File([pictureOf("Ada")], "me.jpg");
  const { kept } = await send(ada.cookie, "a wrong password", photo);
  assert(kept, "no photo was kept");
  const right = "correct horse battery";
  assertEquals((await send(grace.cookie, right, kept)).status, 422);
  assertEquals((await register(app, { ...GOOD, kept })).status, 422);
  assertEquals((await send(ada.cookie, right, kept)).status, 303);
});
