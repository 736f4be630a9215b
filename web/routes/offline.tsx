import type { RouteConfig } from "fresh";
import { Title } from "../components/Title.tsx";

/** It is kept in the browser for whoever opens it offline: it must tell nothing of a person. */
export const config: RouteConfig = { skipInheritedLayouts: true };

/** What the service worker shows in place of a page that cannot be reached. */
export default function Offline() {
  return (
    <main id="main">
      <div class="column column-narrow stack error-page">
        <Title text="You are offline" />
        <h1>You are offline</h1>
        <p>
          We could not load this page. Check your connection. Messages you wrote
          in a room are kept and sent later.
        </p>
        <p class="actions">
          <a class="button" href="">Try again</a>
          <a class="button button-quiet" href="/rooms">Go to your rooms</a>
        </p>
      </div>
    </main>
  );
}
