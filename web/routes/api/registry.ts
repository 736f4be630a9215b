import { signUp } from "../../accounts/sign-up.ts";
import { createSession } from "../../accounts/sessions.ts";
import { Registration } from "../../http/openapi/requests.ts";
import { picturesOf, withFaceImage } from "../../http/requests/face-image.ts";
import { PICTURES_BYTES, readJson } from "../../http/requests/json.ts";
import { sessionAnswer } from "../../http/pages/session-answer.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** Makes an account and signs it in: 201. */
  async POST(ctx) {
    const { services, ip } = ctx.state;
    const body = await readJson(ctx.req, Registration, PICTURES_BYTES);
    const { name, email, password, consent, invitation } = body;
    const account = await withFaceImage(async () => {
      const selfies = picturesOf(body.faceImage);
      const input = { name, email, password, consent, selfies, ip };
      return await signUp(services, { ...input, invitation });
    });
    const session = await createSession(services, account.id);
    return sessionAnswer(services.config, account, session, 201);
  },
});
