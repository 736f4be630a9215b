import { page } from "fresh";
import { ownerOf } from "../../accounts/owner.ts";
import { type EventPage, eventsOf } from "../../audit/list.ts";
import { BackToAccount } from "../../components/BackToAccount.tsx";
import { EventList } from "../../components/EventList.tsx";
import { Title } from "../../components/Title.tsx";
import { personOf } from "../../http/middleware/person.ts";
import { clockOf } from "../../http/requests/clock.ts";
import { pageBefore } from "../../http/requests/page-before.ts";
import { define } from "../../utils.ts";

interface Data {
  events: EventPage;
  isOwner: boolean;
}

export const handler = define.handlers({
  async GET({ state, url }) {
    const { id } = personOf(state);
    const { services: s } = state;
    return page<Data>({
      events: await eventsOf(s, id, pageBefore(url)),
      isOwner: await ownerOf(s) === id,
    });
  },
});

export default define.page<typeof handler>(({ data, req, state }) => (
  <div class="column column-narrow stack">
    <Title text="Your activity" />
    <BackToAccount />
    <h1>Your activity</h1>
    <p class="soft">
      What happened to your account in the last{" "}
      {state.services.config.auditDays}{" "}
      days. If something here was not you, change your password and sign out on
      every device.
    </p>
    {data.isOwner && (
      <p>
        <a href="/activity">Activity of everyone on this server</a>
      </p>
    )}
    <EventList
      page={data.events}
      here="/account/activity"
      clock={clockOf(req)}
    />
  </div>
));
