import { asset } from "fresh/runtime";
import type { State } from "../utils.ts";

/**
 * Has what is new told by a page that has no room open, while its tab is hidden. Until then it is
 * this line and no script: see client/browser/elsewhere.ts.
 */
export function Elsewhere({ state: { account, services } }: { state: State }) {
  if (!account) return null;
  const [script, url, me] = [
    asset("/elsewhere.js"),
    services.config.wsUrl,
    account.id,
  ].map((text) => JSON.stringify(text).replaceAll("<", "\\u003c"));
  // A page that is rendered ahead is hidden as well; whoever opens it looks at it.
  // What cannot be loaded now is tried again when the tab is hidden the next time. Not at once:
  // whoever goes to another page leaves this one hidden for a moment, too.
  const line =
    `let on;const look=()=>{if(document.hidden&&!document.prerendering)` +
    `on??=import(${script}).then(it=>it.follow(${url},${me}),()=>on=null)};` +
    `addEventListener("visibilitychange",()=>setTimeout(look,500));look()`;
  return <script type="module" dangerouslySetInnerHTML={{ __html: line }} />;
}
