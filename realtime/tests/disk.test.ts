import { expect, test } from "bun:test";
import { describe as answerOf } from "../http/error.ts";
import { StoreError } from "../log/log.ts";
import { failure } from "../log/sqlite/writer.ts";
import { refusalOf } from "../connections/refusal.ts";

test("a full disk is told as what it is, to sockets and over HTTP", () => {
  const full = [
    failure(new Error("database or disk is full")),
    failure(Object.assign(new Error("x"), { code: "SQLITE_FULL" })),
    new StoreError("No.", {
      cause: Object.assign(new Error("write"), { code: "ENOSPC" }),
    }),
  ];
  for (const error of full) {
    expect(answerOf(error)).toMatchObject({ status: 503, code: "disk-full" });
    expect(answerOf(error).message).toStartWith("The server's disk is full.");
    const { frame } = refusalOf(error, "c1");
    expect(frame).toMatchObject({
      ...{ code: "disk-full", retryable: true, ref: "c1" },
      message: answerOf(error).message,
    });
  }
  const other = failure(new Error("database is locked"));
  expect(answerOf(other).code).toBe("store-unavailable");
});
