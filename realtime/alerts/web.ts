import type { NudgeAnswer } from "../protocol-http.ts";
import type { NudgeWeb } from "./alerts.ts";

/** Milliseconds web has: it sends what is due before it answers. */
const PATIENCE = 30_000;

/** {@link NudgeWeb}, of web at its origin. */
export const webNudger = (webUrl: string): NudgeWeb => async (token, nudge) => {
  const answer = await fetch(new URL("/api/internal/alerts", webUrl), {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(nudge),
    signal: AbortSignal.timeout(PATIENCE),
    redirect: "error",
  });
  if (!answer.ok) throw new Error(`web answered ${answer.status}`);
  return await answer.json() as NudgeAnswer;
};
