import { startEmailCode } from "../../accounts/email-code.ts";
import { createPendingLogin } from "../../accounts/pending-logins.ts";
import { signUp } from "../../accounts/sign-up.ts";
import { signUpFactor } from "../../accounts/sign-up-factors.ts";
import { createSession } from "../../accounts/sessions.ts";
import { Registration } from "../../http/openapi/requests.ts";
import { picturesOf, withFaceImage } from "../../http/requests/face-image.ts";
import { readJson } from "../../http/requests/json.ts";
import { halfWay, sessionAnswer } from "../../http/pages/session-answer.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** Makes an account: 201 with a session, or 202 when a code by e-mail is still to come. */
  async POST(ctx) {
    const { services, ip } = ctx.state;
    const body = await readJson(ctx.req, Registration);
    const { name, email, password, consent = false, invitation } = body;
    const factor = signUpFactor(
      services.config,
      body.secondFactor ?? "face",
      false,
    );
    const account = await withFaceImage(async () => {
      const selfies = factor === "face" ? picturesOf(body.faceImage ?? []) : [];
      const input = { name, email, password, consent, selfies, ip, factor };
      return await signUp(services, { ...input, invitation });
    });
    if (factor === "code") {
      const pending = await createPendingLogin(services, account.id, {
        isSignUp: true,
      });
      await startEmailCode(services, account.id);
      return halfWay(services.config, pending, { next: "code" });
    }
    const session = await createSession(services, account.id);
    return sessionAnswer(services.config, account, session, 201);
  },
});
