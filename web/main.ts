import { App, staticFiles } from "fresh";
import { checkConfig } from "./config.ts";
import { withPerson, withServices } from "./http/person.ts";
import { sameSite, security } from "./http/security.ts";
import { type Services, services } from "./services.ts";
import type { State } from "./utils.ts";

// A build writes an entry that imports this module, and does not import it itself.
checkConfig();

/**
 * The web service. Files first: they need no store.
 *
 * @param open gives the services; called on the first request that needs them, never while
 * a build imports this module.
 */
export function createApp(
  open: () => Promise<Services> = services,
): App<State> {
  return new App<State>()
    .use(staticFiles())
    .use(withServices(open), security, withPerson, sameSite)
    .fsRoutes();
}

export const app: App<State> = createApp();
