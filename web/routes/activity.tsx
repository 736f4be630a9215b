import { page } from "fresh";
import { allEvents, type EventPage } from "../audit/list.ts";
import { BackToAccount } from "../components/BackToAccount.tsx";
import { EventList } from "../components/EventList.tsx";
import { Title } from "../components/Title.tsx";
import { clockOf } from "../http/requests/clock.ts";
import { pageBefore } from "../http/requests/page-before.ts";
import { define } from "../utils.ts";

export const handler = define.handlers({
  /** For the owner of the server; to anyone else there is no such page. */
  async GET({ state: { services }, url }) {
    return page<EventPage>(await allEvents(services, pageBefore(url)));
  },
});

export default define.page<typeof handler>(({ data, req, state }) => (
  <div class="column column-narrow stack">
    <Title text="Activity on this server" />
    <BackToAccount />
    <h1>Activity on this server</h1>
    <p class="soft">
      Who signed in, what they changed about their accounts, and who joined and
      left rooms, in the last {state.services.config.auditDays}{" "}
      days. What people write is not recorded here.
    </p>
    <EventList page={data} here="/activity" clock={clockOf(req)} />
  </div>
));
