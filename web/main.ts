import { App, type Middleware, staticFiles } from "fresh";
import { checkConfig } from "./config.ts";
import { gateway } from "./gateway/gateway.ts";
import { bounded } from "./http/middleware/bounded.ts";
import { observed } from "./http/middleware/observed.ts";
import { ownAnswers } from "./http/middleware/own-answers.ts";
import { ownPosts } from "./http/middleware/own-posts.ts";
import { answeredOnce, knownForms } from "./http/middleware/once.ts";
import { refusedAgain, refusedAside } from "./http/middleware/refused-pages.ts";
import { withPerson, withServices } from "./http/middleware/person.ts";
import { fromHere, sameSite, security } from "./http/middleware/security.ts";
import { sharedPages } from "./http/middleware/shared-pages.ts";
import { type log, logSoon } from "./log.ts";
import { services } from "./open-services.ts";
import type { Services } from "./services.ts";
import { listenForSignals, tracked } from "./shutdown.ts";
import type { State } from "./utils.ts";

// A build writes an entry that imports this module, and does not import it itself.
checkConfig();
listenForSignals();

/** Files too are what we say they are. */
const nosniff: Middleware<State> = async (ctx) => {
  const answer = await ctx.next();
  if (answer.status === 101) return answer;
  answer.headers.set("x-content-type-options", "nosniff");
  return answer;
};

/** An app in which answers that were made before come before all else. */
class WebApp extends App<State> {
  constructor(
    readonly open: () => Promise<Services>,
    readonly write: typeof log,
  ) {
    super();
  }

  override handler() {
    const { open, write } = this;
    const posts = ownPosts(super.handler(), open, write);
    const own = ownAnswers(posts, open, write);
    return sharedPages(own, open, write);
  }
}

/**
 * The web service. Files first: they need no store.
 *
 * @param open gives the services; called on the first request that needs them, never while
 * a build imports this module.
 * @param write takes a line about each request.
 */
export function createApp(
  open: () => Promise<Services> = services,
  write: typeof log = () => {},
): App<State> {
  return new WebApp(open, write)
    .use(tracked, nosniff, staticFiles())
    .use(
      observed(write),
      withServices(open),
      // Before what writes headers: those of an upgrade are not ours to change.
      gateway(),
      refusedAside,
      answeredOnce,
      security,
      withPerson,
      bounded,
      fromHere,
      sameSite,
      refusedAgain,
      knownForms,
    )
    .fsRoutes();
}

export const app: App<State> = createApp(services, logSoon);
