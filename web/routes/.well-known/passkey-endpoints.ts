import { canAdd } from "../../accounts/passkeys/passkeys.ts";
import { shownOrigin } from "../../reached.ts";
import { define } from "../../utils.ts";

/** Where password managers learn of passkeys (W3C, A Well-Known URL for Relying Party Passkey Endpoints). */
export const handler = define.handlers({
  GET(ctx) {
    const { config } = ctx.state.services;
    const manage = `${shownOrigin(ctx, config)}/account/passkeys`;
    return Response.json(
      canAdd(config) ? { enroll: manage, manage } : { manage },
    );
  },
});
