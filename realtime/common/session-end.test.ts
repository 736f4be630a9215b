import { expect, test } from "bun:test";
import { endsSession } from "./session-end.ts";

const session = { sid: "s1", issuedAt: 100 };

test("an end is of one session, of all, or of all but one, and not of what came after", () => {
  const at = 200_000;
  expect(endsSession({ sid: "s1", at }, session)).toBe(true);
  expect(endsSession({ sid: "s2", at }, session)).toBe(false);
  expect(endsSession({ at }, session)).toBe(true);
  expect(endsSession({ keep: "s1", at }, session)).toBe(false);
  expect(endsSession({ keep: "s2", at }, session)).toBe(true);
  expect(endsSession({ at: 99_000 }, session)).toBe(false);
});
