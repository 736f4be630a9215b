import { page } from "fresh";
import {
  endListed,
  type ListedSession,
  listSessions,
  manyNetworks,
} from "../../accounts/session-list/session-list.ts";
import { endAllSessions } from "../../accounts/sessions.ts";
import { BackToAccount } from "../../components/BackToAccount.tsx";
import { Notice } from "../../components/Notice.tsx";
import { Once } from "../../components/Once.tsx";
import { SessionItem } from "../../components/SessionItem.tsx";
import { Title } from "../../components/Title.tsx";
import { personOf } from "../../http/middleware/person.ts";
import { forgetHere, hasUnsent } from "../../http/pages/forget-here.ts";
import { clockOf } from "../../http/requests/clock.ts";
import {
  readForm,
  sentenceFor,
  textOf,
  unknownIntent,
} from "../../http/requests/forms.ts";
import { announceSignOut } from "../../rooms/announce.ts";
import { define, type State } from "../../utils.ts";

const DONE: Record<string, string> = {
  one: "That device was signed out.",
  others: "Your other devices were signed out.",
};

/** Ends one session, and has the other services let go of it at once. */
async function endOne({ services: s, account }: State, id: string) {
  const { id: userId, sid } = account!;
  const ended = await endListed(s, userId, id);
  if (ended === null) return;
  // Without a name of its own, all others are dropped: those that work come back with new tokens.
  const which = ended.sid ? { sid: ended.sid } : { keep: sid };
  await announceSignOut(s, { userId, ...which });
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const { id } = personOf(ctx.state);
    const token = session?.token ?? "";
    const sessions = await listSessions(services, id, token);
    return page({ sessions, done: ctx.url.searchParams.get("done") });
  },

  async POST(ctx) {
    const { state } = ctx;
    const { services: s, session } = state;
    const { id: userId, sid } = personOf(state);
    const form = await readForm(ctx.req);
    switch (textOf(form, "intent")) {
      case "one":
        await endOne(state, textOf(form, "id"));
        return ctx.redirect("/account/sessions?done=one", 303);
      case "others":
        await endAllSessions(s, userId, session?.token);
        await announceSignOut(s, { userId, keep: sid });
        return ctx.redirect("/account/sessions?done=others", 303);
      case "all": {
        await endAllSessions(s, userId);
        await announceSignOut(s, { userId });
        const answer = ctx.redirect("/?done=sign-out-everywhere", 303);
        forgetHere(answer, s.config, hasUnsent(ctx.req.headers));
        return answer;
      }
    }
    throw unknownIntent();
  },
});

export default define.page<typeof handler>(({ data, req }) => {
  const happened = sentenceFor(DONE, data.done);
  const others = data.sessions.length - 1;
  return (
    <div class="column column-narrow stack">
      <Title text="My devices" />
      <BackToAccount />
      <h1>My devices</h1>
      <p class="soft">
        Where you are signed in. Each sign-in ends by itself after 30 days. If
        you do not recognise one, sign it out and change your password.
      </p>
      {happened && <Notice answer>{happened}</Notice>}
      <ManyNetworks count={manyNetworks(data.sessions)} />
      <ul class="people">
        {data.sessions.map((session: ListedSession) => (
          <SessionItem
            key={session.id}
            session={session}
            clock={clockOf(req)}
          />
        ))}
      </ul>
      <form class="actions" method="post" action="/account/sessions">
        <Once />
        {others > 0 && (
          <button
            class="button button-quiet"
            type="submit"
            name="intent"
            value="others"
          >
            Sign out all others
          </button>
        )}
        <button
          class="button button-danger"
          type="submit"
          name="intent"
          value="all"
        >
          Sign out on every device
        </button>
      </form>
    </div>
  );
});

function ManyNetworks({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <Notice icon="alert">
      {`Your account was used from ${count} networks within a day. Check that you recognise every device below.`}
    </Notice>
  );
}
