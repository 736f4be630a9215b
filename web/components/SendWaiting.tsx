import Waiting from "../islands/Waiting.tsx";
import { unsentIn } from "../http/pages/forget-here.ts";
import type { State } from "../utils.ts";

/** The script that sends what waits, on the pages of a browser that has something waiting. */
export function SendWaiting({ req, state, except }: {
  req: Request;
  state: State;
  /** A room that is open on this page, and sends by itself. */
  except?: string;
}) {
  const { account, services } = state;
  if (!account) return null;
  const { texts, room } = unsentIn(req.headers, account.id);
  if (!texts && !room) return null;
  const { wsUrl } = services.config;
  return <Waiting me={account.id} wsUrl={wsUrl} except={except} />;
}
