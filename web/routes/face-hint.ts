import { takeRate } from "../access/rates.ts";
import { bytesFor } from "../access/row.ts";
import { errorResponse } from "../errors.ts";
import { FaceError, type FaceErrorCode } from "../faces/face-error.ts";
import { readBody } from "../http/requests/body.ts";
import { define } from "../utils.ts";

/** What to do before the photo is taken; where a flaw has none, the photo itself tells more. */
const HINTS: Partial<Record<FaceErrorCode, string>> = {
  "face-none":
    "We cannot see your face. Come closer, and look into the camera.",
  "face-many": "We can see more than one face. Only you should be in view.",
  "face-small": "You are too far away. Come closer.",
  "face-cut": "Part of your face is out of view. Move to the middle.",
  "face-turned": "Your head is turned or tilted. Look into the camera.",
  "face-dark": "Your face is too dark. Turn to a light.",
  "face-bright": "Your face is too bright. Step out of the light.",
};

/** The answer to a frame nobody could look at now: the page goes on without. */
const noHint = () => new Response(null, { status: 204 });

export const handler = define.handlers({
  /**
   * How to stand, as far as a small frame of the camera shows: a sentence, empty where all is well.
   * The frame is compared with nothing, and not kept.
   */
  async POST(ctx) {
    const { services: s, requestId } = ctx.state;
    try {
      // Any other body may have been read as what it says it is.
      if (ctx.req.headers.get("content-type") !== "image/jpeg") {
        throw new FaceError("image-type");
      }
      const tooLarge = () => new FaceError("image-too-large");
      const frame = await readBody(ctx.req, bytesFor(ctx.req), tooLarge);
      if (takeRate(s, "all frames", "everybody") > 0) return noHint();
      const flaw = await s.faces.flawOf?.(frame);
      if (flaw === undefined) return noHint();
      return new Response(flaw === null ? "" : HINTS[flaw] ?? "", {
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
    } catch (error) {
      return errorResponse(error, requestId);
    }
  },
});
