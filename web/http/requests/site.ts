import { type Site, siteOf } from "../../accounts/passkeys/site.ts";
import { shownOrigin } from "../../reached.ts";
import type { State } from "../../utils.ts";

/** Where the passkeys of whoever asks belong: APP_URL, or the address they came by. */
export const siteFor = (
  ctx: { url: URL; req: Request; state: State },
): Site | null => siteOf(shownOrigin(ctx, ctx.state.services.config));
