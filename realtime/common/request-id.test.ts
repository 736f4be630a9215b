import { expect, test } from "bun:test";
import { requestIdOf } from "./request-id.ts";

const idFor = (given: string) =>
  requestIdOf(new Headers({ "x-request-id": given }));

test("a request keeps the id it came with, if that is one", () => {
  expect(idFor("proxy-0815")).toBe("proxy-0815");
  const none = requestIdOf(new Headers());
  expect(none).toMatch(/^[0-9a-f-]{36}$/);
  for (const bad of ["short", "a b c d e f g", "x".repeat(40)]) {
    expect(idFor(bad)).toMatch(/^[0-9a-f-]{36}$/);
  }
});
