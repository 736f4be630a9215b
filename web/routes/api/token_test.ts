import { assertEquals } from "@std/assert";
import { createLocalJWKSet, jwtVerify } from "jose";
import { onStage } from "../../http/testing/api.ts";

Deno.test(
  "a token says who I am, for one audience, and can be verified",
  onStage(async ({ app, newcomer, stranger }) => {
    const ada = await newcomer("Ada");
    const { status, body } = await ada.send("POST", "/api/token", {
      audience: "realtime",
    });
    assertEquals(status, 200);
    assertEquals(Object.keys(body).sort(), ["expiresAt", "token"]);

    const keys = await stranger().send("GET", "/.well-known/jwks.json");
    assertEquals(keys.headers.get("cache-control"), "public, max-age=300");
    assertEquals(JSON.stringify(keys.body).includes('"d"'), false);
    const { payload } = await jwtVerify(
      body.token,
      createLocalJWKSet(keys.body),
      { issuer: app.origin, audience: "realtime" },
    );
    assertEquals(payload.name, "Ada");
    assertEquals(payload.rooms, undefined);
    assertEquals(Number(payload.exp) * 1_000, body.expiresAt);
  }),
);

Deno.test(
  "a token is for people who are signed in, and for a service we have",
  onStage(async ({ newcomer, stranger }) => {
    const body = { audience: "transcriber" };
    const nobody = await stranger().send("POST", "/api/token", body);
    assertEquals([nobody.status, nobody.body.error.code], [
      401,
      "not-signed-in",
    ]);
    const ada = await newcomer("Ada");
    assertEquals((await ada.send("POST", "/api/token", body)).status, 200);
    const other = await ada.send("POST", "/api/token", { audience: "web" });
    assertEquals(other.status, 422);
    assertEquals(other.body.error.fields, {
      audience: "This must be one of: realtime, transcriber.",
    });
  }),
);
