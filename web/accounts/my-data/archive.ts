import { makeZip } from "client-zip";
import { AppError } from "../../errors.ts";
import { log } from "../../log.ts";
import { type PartServices, partsOf } from "./parts.ts";

/** Archives this process makes at a time. */
const AT_ONCE = 2;

let making = 0;

/**
 * Everything about a person as a ZIP archive, made while it is read: it is never held whole. It
 * breaks off when something cannot be read, so that nobody takes a part for all of it.
 *
 * @throws {AppError} `busy` (503) when as many as can be are being made.
 */
export function archiveOf(
  s: PartServices,
  accountId: string,
): ReadableStream<Uint8Array> {
  if (making >= AT_ONCE) {
    throw new AppError({
      code: "busy",
      status: 503,
      message:
        "Others are downloading their data now. Please try again in a minute.",
      retryAfter: 60,
    });
  }
  making += 1;
  let open = true;
  const done = () => {
    if (open) making -= 1;
    open = false;
  };
  const reader = makeZip(partsOf(s, accountId)).getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done: ended, value } = await reader.read();
        if (value) controller.enqueue(value);
        if (!ended) return;
        done();
        controller.close();
      } catch (error) {
        done();
        log("error", "my-data-broke-off", { error });
        controller.error(error);
      }
    },
    async cancel(reason) {
      done();
      // It closes what it reads by throwing the reason there, which comes back.
      await reader.cancel(reason).catch(() => {});
    },
  });
}
