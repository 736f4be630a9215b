import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startService } from "../testing/service.ts";

Deno.test("pages of web's origin may call, and no others", async () => {
  await using service = await startService();
  const preflight = (origin: string) =>
    fetch(`${service.url}/transcribe`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
  const ours = await preflight(service.web.url);
  assertEquals(ours.status, 204);
  const allowed = (name: string) =>
    ours.headers.get(`access-control-allow-${name}`)?.toLowerCase() ?? "";
  assertEquals(allowed("origin"), service.web.url);
  assertStringIncludes(allowed("headers"), "authorization");
  assertStringIncludes(allowed("headers"), "content-type");
  assertStringIncludes(allowed("methods"), "post");
  assertEquals(allowed("credentials"), "");
  const other = await preflight("https://evil.example");
  assert(
    other.headers.get("access-control-allow-origin") !== "https://evil.example",
  );
});

Deno.test("a page of web's origin can read failures too", async () => {
  await using service = await startService();
  const response = await fetch(`${service.url}/transcribe`, {
    method: "POST",
    headers: { origin: service.web.url },
  });
  assertEquals(response.status, 401);
  assertEquals(
    response.headers.get("access-control-allow-origin"),
    service.web.url,
  );
  await response.body?.cancel();
});

Deno.test("the OpenAPI document describes every route", async () => {
  await using service = await startService();
  const response = await fetch(`${service.url}/openapi.json`);
  const document = await response.json();
  assertEquals(document.openapi, "3.1.0");
  assertEquals(Object.keys(document.paths).sort(), [
    "/clips/{id}",
    "/clips/{id}/address",
    "/clips/{id}/audio",
    "/erasures/clips",
    "/erasures/people",
    "/healthz",
    "/languages",
    "/readyz",
    "/sessions",
    "/transcribe",
    "/transcribe/live",
    "/v1/audio/transcriptions",
    "/v1/models",
    "/v1/models/{id}",
  ]);
  const { post } = document.paths["/transcribe"];
  assertEquals(post.security, [{ bearer: [] }]);
  const types = Object.keys(post.requestBody.content);
  for (
    const type of ["application/json", "audio/webm", "audio/ogg", "audio/wav"]
  ) {
    assert(types.includes(type), type);
  }
  assertEquals(Object.keys(post.responses), [
    ..."200 400 401 404 408 409 413 415 422 429 503 504".split(" "),
  ]);
});

Deno.test("the documentation is a page without script that its own policy lets through", async () => {
  await using service = await startService();
  const response = await fetch(`${service.url}/docs`);
  const page = await response.text();
  assertStringIncludes(page, "<h1>ChatSphere transcriber</h1>");
  for (const path of ["POST /transcribe", "GET /clips/{id}", "GET /readyz"]) {
    assertStringIncludes(page, path);
  }
  assert(!page.includes("<script") && !page.includes("http://cdn"));
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(style),
  );
  assertStringIncludes(
    response.headers.get("content-security-policy") ?? "",
    `'sha256-${new Uint8Array(digest).toBase64()}'`,
  );
});

Deno.test("every answer carries the security headers, and unknown addresses a sentence", async () => {
  await using service = await startService();
  const response = await fetch(`${service.url}/nothing`);
  assertEquals(response.status, 404);
  assertEquals((await response.json()).error.code, "not-found");
  const { headers } = response;
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertEquals(headers.get("content-security-policy"), "default-src 'none'");
  assertEquals(headers.get("x-frame-options"), "DENY");
  assertEquals(headers.get("referrer-policy"), "no-referrer");
});

Deno.test("another method is told which one to use, not that there is nothing", async () => {
  await using service = await startService();
  for (const method of ["GET", "PUT", "DELETE"]) {
    const answer = await fetch(`${service.url}/transcribe`, { method });
    assertEquals(answer.status, 405);
    assertEquals(answer.headers.get("allow"), "POST");
    const { error } = await answer.json();
    assertEquals(error.code, "method-not-allowed");
  }
});
