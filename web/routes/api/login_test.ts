import { assertEquals } from "@std/assert";
import { findAccountByEmail } from "../../accounts/accounts.ts";
import { deleteFace } from "../../accounts/faces.ts";
import {
  type Client,
  faceOf,
  onStage,
  PASSWORD,
} from "../../http/testing/api.ts";

const credentials = { email: "ada@example.com", password: PASSWORD };
const faceImage = faceOf("Ada");

const login = (client: Client, body: unknown) =>
  client.send("POST", "/api/login", body);
const isSignedIn = async (client: Client) =>
  (await client.send("GET", "/api/chat")).status === 200;

Deno.test(
  "password and face at once answer 200 with the account and a session",
  onStage(async ({ newcomer, stranger }) => {
    await newcomer("Ada");
    const client = stranger();
    const { status, body } = await login(client, { ...credentials, faceImage });
    assertEquals(status, 200);
    assertEquals([body.name, body.email], ["Ada", credentials.email]);
    assertEquals(Object.keys(body).sort(), ["email", "id", "name"]);
    assertEquals(await isSignedIn(client), true);
  }),
);

Deno.test(
  "the password alone answers 202 with a cookie that is good for the face only",
  onStage(async ({ newcomer, stranger }) => {
    await newcomer("Ada");
    const client = stranger();
    const half = await login(client, credentials);
    assertEquals([half.status, half.body.next], [202, "faceImage"]);
    assertEquals(half.body.expiresAt > Date.now(), true);
    assertEquals(half.body.challenge, undefined);
    assertEquals(client.cookies.size, 1);
    assertEquals(await isSignedIn(client), false);
    const whole = await login(client, { faceImage });
    assertEquals([whole.status, whole.body.name], [200, "Ada"]);
    assertEquals(client.cookies.size, 1, "the half-way cookie is gone");
    assertEquals(await isSignedIn(client), true);
  }),
);

Deno.test(
  "a face without the password opens nothing",
  onStage(async ({ newcomer, stranger }) => {
    await newcomer("Ada");
    const client = stranger();
    for (const body of [{ faceImage }, { code: "123456" }]) {
      const { status, body: { error } } = await login(client, body);
      assertEquals([status, error.code], [401, "login-expired"]);
    }
    assertEquals(client.cookies.size, 0);
  }),
);

Deno.test(
  "the half-way cookie works once",
  onStage(async ({ newcomer, stranger }) => {
    await newcomer("Ada");
    const [client, thief] = [stranger(), stranger()];
    await login(client, credentials);
    for (const [name, value] of client.cookies) thief.cookies.set(name, value);
    assertEquals((await login(client, { faceImage })).status, 200);
    assertEquals((await login(thief, { faceImage })).status, 401);
  }),
);

Deno.test(
  "another person's face is refused, in both ways, and nothing is left over",
  onStage(async ({ app, newcomer, stranger }) => {
    await newcomer("Ada");
    const other = { faceImage: faceOf("Eve") };
    const atOnce = stranger();
    const first = await login(atOnce, { ...credentials, ...other });
    assertEquals(
      [first.status, first.body.error.code],
      [401, "face-mismatch"],
    );
    assertEquals(Object.keys(first.body.error.fields), ["faceImage"]);
    assertEquals(atOnce.cookies.size, 0);
    const { kv } = app.services;
    const pending = kv.list({ prefix: ["pending_logins"] });
    assertEquals(await Array.fromAsync(pending), []);

    const inSteps = stranger();
    await login(inSteps, credentials);
    const second = await login(inSteps, other);
    assertEquals(second.body.error.code, "face-mismatch");
    assertEquals(await isSignedIn(inSteps), false);
    assertEquals((await login(inSteps, { faceImage })).status, 200);
  }),
);

Deno.test(
  "with liveness a sign-in takes two requests, and two photos as the first one's answer asks",
  onStage(async ({ newcomer, stranger }) => {
    await newcomer("Ada");
    const client = stranger();
    const asked = await login(client, { ...credentials, faceImage });
    assertEquals([asked.status, asked.body.next], [202, "faceImage"]);
    const { turn } = asked.body.challenge;
    const again = await login(client, credentials);
    assertEquals([again.status, again.body.challenge], [202, { turn }]);
    assertEquals(await isSignedIn(client), false);

    const one = await login(client, { faceImage });
    assertEquals([one.status, one.body.error.code], [422, "invalid"]);
    assertEquals(Object.keys(one.body.error.fields), ["faceImage"]);

    const degrees = turn === "left" ? 30 : -30;
    const photos = [faceImage, faceOf("Ada", degrees)];
    const { status, body } = await login(client, { faceImage: photos });
    assertEquals([status, body.name], [200, "Ada"]);
    assertEquals(await isSignedIn(client), true);
  }, { FACE_LIVENESS: "turn" }),
);

Deno.test(
  "a head that is not turned as asked is refused, and asking again tells the next side",
  onStage(async ({ newcomer, stranger }) => {
    await newcomer("Ada");
    const client = stranger();
    await login(client, credentials);
    const flat = { faceImage: [faceImage, faceImage] };
    const { status, body } = await login(client, flat);
    assertEquals([status, body.error.code], [401, "liveness-failed"]);
    assertEquals(Object.keys(body.error.fields), ["faceImage"]);
    const { turn } = (await login(client, credentials)).body.challenge;
    assertEquals(body.error.message.endsWith(`to your ${turn}.`), true);
    const three = { faceImage: [faceImage, faceImage, faceImage] };
    assertEquals((await login(client, three)).status, 422);
    assertEquals(await isSignedIn(client), false);
  }, { FACE_LIVENESS: "turn" }),
);

Deno.test(
  "with liveness, an account without a face is still asked for a code",
  onStage(async ({ app, newcomer, stranger }) => {
    await newcomer("Ada");
    const ada = await findAccountByEmail(app.services, credentials.email);
    await deleteFace(app.services, ada!.id);
    const { body } = await login(stranger(), credentials);
    assertEquals([body.next, body.challenge], ["code", undefined]);
  }, { FACE_LIVENESS: "turn" }),
);

Deno.test(
  "a wrong password and an unknown e-mail get the same answer",
  onStage(async ({ newcomer, stranger }) => {
    await newcomer("Ada");
    const wrong = await login(stranger(), { ...credentials, password: "no" });
    const unknown = await login(stranger(), {
      email: "nobody@example.com",
      password: PASSWORD,
      faceImage,
    });
    assertEquals(wrong.status, 401);
    assertEquals(wrong.body.error.code, "wrong-credentials");
    assertEquals(unknown.body, wrong.body);
    assertEquals(unknown.status, wrong.status);
  }),
);

Deno.test(
  "what is missing is named",
  onStage(async ({ stranger }) => {
    const fieldsOf = async (body: unknown) =>
      Object.keys((await login(stranger(), body)).body.error.fields).sort();
    assertEquals(await fieldsOf({}), ["email", "password"]);
    assertEquals(await fieldsOf({ email: "a@example.com" }), ["password"]);
    assertEquals(await fieldsOf({ ...credentials, faceImage: 7 }), [
      "faceImage",
    ]);
  }),
);

Deno.test(
  "without an enrolled face the second step is a code by e-mail",
  onStage(async ({ app, newcomer, stranger }) => {
    const ada = await newcomer("Ada");
    const { body: { id } } = await login(ada, { ...credentials, faceImage });
    await deleteFace(app.services, id);
    const client = stranger();
    const half = await login(client, credentials);
    assertEquals([half.status, half.body.next], [202, "code"]);
    const code = app.mails.at(-1)?.text.match(/\d{3} \d{3}/)?.[0]
      .replace(" ", "");
    const wrong = await login(client, { code: "000000x" });
    assertEquals(wrong.status >= 400 && wrong.status < 500, true);
    assertEquals(await isSignedIn(client), false);
    assertEquals((await login(client, { code })).status, 200);
    assertEquals(await isSignedIn(client), true);
  }),
);
