import { Elsewhere } from "../components/Elsewhere.tsx";
import { SendWaiting } from "../components/SendWaiting.tsx";
import { SiteHeader } from "../components/SiteHeader.tsx";
import { define } from "../utils.ts";

/** Header, content and footer, for every page but the room. Pages of errors run no script. */
export default define.layout(({ Component, state, req, error }) => (
  <>
    <SiteHeader signedIn={state.signedIn} />
    {!error && <SendWaiting req={req} state={state} />}
    <main id="main">
      <Component />
    </main>
    <footer class="site-footer">
      <a href="/docs">Guide and API</a>
      <a href="/docs#faces">What happens to your face</a>
      <span>ChatSphere, run by the people who use it</span>
    </footer>
    {!error && <Elsewhere state={state} />}
  </>
));
