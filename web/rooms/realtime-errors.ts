import { AppError } from "../errors.ts";

/** The statuses whose code and sentence are meant for the person. */
const PASSED_ON = [400, 403, 404, 405, 409, 413, 422, 429];

/** Realtime cannot be reached, or answers nonsense. */
export const realtimeDown = (cause: unknown): AppError =>
  new AppError({
    code: "realtime-down",
    status: 503,
    message:
      "Messages are unavailable at the moment. Please try again shortly.",
    retryAfter: 5,
    cause,
  });

/** The error an answer of realtime stands for. Reads the body. */
export async function readError(response: Response): Promise<AppError> {
  const cause = new Error(`realtime answered ${response.status}`);
  if (!PASSED_ON.includes(response.status)) {
    const { error } = await response.json().catch(() => ({}));
    return error?.code === "disk-full"
      ? new AppError({
        code: "disk-full",
        status: 503,
        message:
          "The server’s disk is full, so nothing can be sent. Tell whoever runs it to free some space, then try again.",
        retryAfter: 60,
        cause,
      })
      : realtimeDown(cause);
  }
  try {
    const { error: { code, message } } = await response.json();
    if (typeof code !== "string" || typeof message !== "string") {
      return realtimeDown(cause);
    }
    const wait = Number(response.headers.get("retry-after"));
    const retryAfter = wait > 0 ? wait : undefined;
    return new AppError({ code, status: response.status, message, retryAfter });
  } catch (error) {
    return realtimeDown(error);
  }
}
