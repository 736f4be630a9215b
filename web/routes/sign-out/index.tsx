import { page } from "fresh";
import { Title } from "../../components/Title.tsx";
import { unsentIn } from "../../http/pages/forget-here.ts";
import { define } from "../../utils.ts";

/** Asked before somebody signs out on whose device something waits to be sent. */
export const handler = define.handlers({
  GET(ctx) {
    const { account } = ctx.state;
    const waiting = unsentIn(ctx.req.headers, account?.id);
    const { texts, recordings, room } = waiting;
    return page({ texts, recordings, room, waits: texts || recordings });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <div class="column column-narrow stack">
    <Title text="Sign out" />
    <h1>Sign out</h1>
    {data.texts && (
      <>
        <p>
          Something that was written in this browser is not sent yet. What you
          wrote goes out by itself as soon as it can. What somebody else wrote
          here waits until they sign in. If you sign out before that, all of it
          is deleted.
        </p>
        <p>
          <a class="button" href="/rooms">
            Stay, and let it be sent
          </a>
        </p>
      </>
    )}
    {data.room && (
      <>
        <p>
          A recording of yours is not sent yet. It waits in its room, where you
          can send it. If you sign out before that, it is deleted.
        </p>
        <p>
          <a class="button" href={`/rooms/${data.room}`}>
            Stay, and go to the recording
          </a>
        </p>
      </>
    )}
    {data.recordings && !data.room && (
      <p>
        Somebody else made a recording in this browser. It waits until they sign
        in. If you sign out before that, it is deleted.
      </p>
    )}
    {!data.waits && (
      <p>Everything that was written in this browser has been sent.</p>
    )}
    <p>
      Signing out also deletes drafts, and the rooms that are kept here for when
      there is no network.
    </p>
    <form method="post" action="/logout?anyway">
      <button type="submit" class="button button-quiet">
        {data.waits ? "Sign out and delete it" : "Sign out"}
      </button>
    </form>
  </div>
));
