import { parseCookie } from "cookie";
import Waiting from "../islands/Waiting.tsx";
import type { State } from "../utils.ts";

/** The script that sends what waits, on the pages of a browser that has something waiting. */
export function SendWaiting({ req, state, except }: {
  req: Request;
  state: State;
  /** A room that is open on this page, and sends by itself. */
  except?: string;
}) {
  const { account, services } = state;
  const { unsent } = parseCookie(req.headers.get("cookie") ?? "");
  if (!account || !unsent) return null;
  const { wsUrl } = services.config;
  return <Waiting me={account.id} wsUrl={wsUrl} except={except} />;
}
