import { assertEquals } from "@std/assert";
import { faceOf, onStage, PASSWORD } from "../../http/testing/api.ts";

const ada = {
  name: "Ada",
  email: "ada@example.com",
  password: PASSWORD,
  faceImage: faceOf("Ada"),
  consent: true,
};

Deno.test(
  "registering answers 201 with the account, and signs it in",
  onStage(async ({ stranger }) => {
    const client = stranger();
    const answer = await client.send("POST", "/api/registry", ada);
    assertEquals(answer.status, 201);
    const { id, ...shown } = answer.body;
    assertEquals(shown, { name: "Ada", email: "ada@example.com" });
    assertEquals(typeof id, "string");
    const [cookie] = answer.headers.getSetCookie();
    assertEquals(/HttpOnly/i.test(cookie), true);
    assertEquals(/SameSite=Lax/i.test(cookie), true);
    assertEquals((await client.send("GET", "/api/chat")).status, 200);
  }),
);

Deno.test(
  "up to three pictures may be sent",
  onStage(async ({ stranger }) => {
    const send = (faceImage: unknown) =>
      stranger().send("POST", "/api/registry", { ...ada, faceImage });
    const face = faceOf("Ada");
    const four = await send([face, face, face, face]);
    assertEquals([four.status, four.body.error.code], [422, "invalid"]);
    assertEquals(Object.keys(four.body.error.fields), ["faceImage"]);
    assertEquals((await send([])).status, 422);
    assertEquals((await send([face, face, face])).status, 201);
  }),
);

Deno.test(
  "without a face the answer is 202, and the code that was mailed signs in",
  onStage(async ({ app, stranger }) => {
    const client = stranger();
    const { name, email, password } = ada;
    const asked = { name, email, password, secondFactor: "code" };
    const answer = await client.send("POST", "/api/registry", asked);
    assertEquals([answer.status, answer.body.next], [202, "code"]);
    assertEquals((await client.send("GET", "/api/chat")).status, 401);
    const [code] = app.mails.at(-1)!.text.match(/\d{3} \d{3}/)!;
    const right = await client.send("POST", "/api/login", { code });
    assertEquals([right.status, right.body.email], [200, email]);
    assertEquals((await client.send("GET", "/api/chat")).status, 200);
  }),
);

const wrong: [string, object, number, string, string[]][] = [
  ["no name", { name: "" }, 422, "invalid", ["name"]],
  ["no e-mail address", { email: "ada" }, 422, "invalid", ["email"]],
  ["a short password", { password: "short" }, 422, "invalid", ["password"]],
  ["no consent", { consent: false }, 422, "invalid", ["consent"]],
  ["consent of another type", { consent: "yes" }, 422, "invalid", ["consent"]],
  ["no picture", { faceImage: undefined }, 422, "invalid", ["faceImage"]],
  ["an empty picture", { faceImage: "" }, 400, "image-empty", ["faceImage"]],
  [
    "a PNG",
    { faceImage: "data:image/png;base64,AAAA" },
    422,
    "image-type",
    ["faceImage"],
  ],
];
for (const [what, change, status, code, fields] of wrong) {
  Deno.test(
    `registering with ${what} makes nothing and says what is wrong`,
    onStage(async ({ app, stranger }) => {
      const client = stranger();
      const body = { ...ada, ...change };
      const answer = await client.send("POST", "/api/registry", body);
      assertEquals([answer.status, answer.body.error.code], [status, code]);
      assertEquals(Object.keys(answer.body.error.fields), fields);
      assertEquals(client.cookies.size, 0);
      const { kv } = app.services;
      const made = await Array.fromAsync(kv.list({ prefix: ["accounts"] }));
      assertEquals(made, []);
    }),
  );
}

Deno.test(
  "an e-mail that is taken is 409",
  onStage(async ({ newcomer, stranger }) => {
    await newcomer("Ada");
    const again = await stranger().send("POST", "/api/registry", ada);
    assertEquals([again.status, again.body.error.code], [409, "email-taken"]);
  }),
);

Deno.test(
  "a body that is not a JSON object of the right size is refused by name",
  onStage(async ({ stranger }) => {
    const send = async (body: string | undefined, type: string) => {
      const headers = { "content-type": type };
      const { status, body: { error } } = await stranger()
        .send("POST", "/api/registry", body, headers);
      return [status, error.code];
    };
    const json = "application/json; charset=utf-8";
    assertEquals(await send("{", json), [400, "bad-json"]);
    assertEquals(await send("", json), [400, "bad-json"]);
    assertEquals(await send("[]", json), [422, "invalid"]);
    assertEquals(await send("null", json), [422, "invalid"]);
    const form = "application/x-www-form-urlencoded";
    assertEquals(await send("name=Ada", form), [415, "unsupported-type"]);
    assertEquals(await send("{}", "text/plain"), [415, "unsupported-type"]);
    const large = JSON.stringify({ name: "x".repeat(8 * 1024 * 1024) });
    assertEquals(await send(large, json), [413, "too-large"]);
    const many = `[${"0,".repeat(100_000)}0]`;
    assertEquals(await send(many, json), [413, "too-large"]);
  }),
);

Deno.test(
  "another site cannot register anyone",
  onStage(async ({ app, stranger }) => {
    for (
      const headers of [
        { origin: "https://evil.example" },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
        { origin: "null" },
      ]
    ) {
      const { status, body } = await stranger()
        .send("POST", "/api/registry", ada, headers as HeadersInit);
      assertEquals([status, body.error.code], [403, "forbidden"]);
    }
    const own = { origin: app.origin, "sec-fetch-site": "same-origin" };
    const allowed = await stranger().send("POST", "/api/registry", ada, own);
    assertEquals(allowed.status, 201);
  }),
);
