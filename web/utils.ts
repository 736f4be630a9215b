import { createDefine } from "fresh";
import type { SignedIn } from "./accounts/types.ts";
import "./components/code-colours.ts";
import "./components/kept-rows.tsx";
import { otherMethods } from "./http/middleware/methods.ts";
import type { Services } from "./services.ts";

/** What the middlewares put on every request's `ctx.state`. */
export interface State {
  services: Services;
  /** The signed-in person, or null. */
  account: SignedIn | null;
  session: { token: string } | null;
  /** The id of the person for whom realtime asks, on routes that are for it alone. */
  askedFor?: string;
  /** Whether to show what is for people who are signed in: also to whoever brings a session
   * that could not be looked up. */
  signedIn: boolean;
  /** Names this request in log lines and on error pages. */
  requestId: string;
  /** The nonce of this page's Content-Security-Policy, when it has one. */
  nonce?: string;
  /** The status of a form that was refused, where the browser is led to the page that says so. */
  refused?: number;
  /** The address attempts are counted by. */
  ip: string;
  /** The request comes from this machine, and was passed on for nobody else. */
  fromHere: boolean;
}

const fresh = createDefine<State>();

/** Fresh's helpers; the handlers of a route also answer the methods they do not name. */
export const define: typeof fresh = {
  ...fresh,
  handlers: (handlers) =>
    typeof handlers === "function"
      ? handlers
      : { ...handlers, ...otherMethods(handlers) },
};
