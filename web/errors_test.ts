import { assert, assertEquals } from "@std/assert";
import { HttpError } from "fresh";
import { AppError, errorResponse, reportError, toAppError } from "./errors.ts";

/** What is written to the error log while `run` runs. */
async function errorLinesOf(run: () => void | Promise<void>) {
  const original = console.error;
  const lines: string[] = [];
  console.error = (line: string) => lines.push(line);
  try {
    await run();
  } finally {
    console.error = original;
  }
  return lines;
}

Deno.test("an AppError answers with its code, sentence, fields and status", async () => {
  const lines = await errorLinesOf(async () => {
    const answer = errorResponse(
      new AppError({
        code: "too-many-attempts",
        status: 429,
        message: "Please wait.",
        fields: { email: "Wait." },
        retryAfter: 12.2,
        cause: new Error("a detail"),
      }),
    );
    assertEquals(answer.status, 429);
    assertEquals(answer.headers.get("retry-after"), "13");
    assertEquals(await answer.json(), {
      error: {
        code: "too-many-attempts",
        message: "Please wait.",
        fields: { email: "Wait." },
      },
    });
  });
  assertEquals(lines, []);
});

Deno.test("anything unknown is a 500 that says nothing, and one log line that does", async () => {
  const lines = await errorLinesOf(async () => {
    const answer = errorResponse(new TypeError("x of undefined"), "req-1");
    assertEquals(answer.status, 500);
    const body = await answer.text();
    assertEquals(JSON.parse(body).error.code, "internal");
    assert(!body.includes("undefined"), body);
  });
  assertEquals(lines.length, 1);
  assert(lines[0].includes("req-1") && lines[0].includes("x of undefined"));
});

Deno.test("things thrown that are no errors are unknown too", async () => {
  const lines = await errorLinesOf(() => {
    for (const thrown of [null, undefined, "text", { status: 404 }]) {
      assertEquals(reportError(thrown).status, 500);
    }
  });
  assertEquals(lines.length, 4);
});

Deno.test("Fresh's own errors keep their status", async () => {
  const lines = await errorLinesOf(() => {
    // Fresh's text for a status says nothing a person could do.
    const missing = toAppError(new HttpError(404, "Not Found"));
    assertEquals([missing.status, missing.code], [404, "not-found"]);
    assertEquals(
      missing.message,
      "There is nothing at this address. Check the spelling.",
    );
    const other = toAppError(new HttpError(400, "That name is taken."));
    assertEquals(other.message, "That name is taken.");
    assertEquals(toAppError(new HttpError(405)).code, "method-not-allowed");
    assertEquals(toAppError(new HttpError(500, "a detail")).code, "internal");
  });
  // What is only read is not logged.
  assertEquals(lines, []);
});

Deno.test("an AppError of our own making that means trouble is logged", async () => {
  const down = { code: "mail-failed", status: 503, message: "Later." };
  const lines = await errorLinesOf(() => {
    const cause = new Error("connection refused");
    assertEquals(reportError(new AppError({ ...down, cause })).status, 503);
  });
  assertEquals(lines.length, 1);
  assert(lines[0].includes("mail-failed") && lines[0].includes("refused"));
});
