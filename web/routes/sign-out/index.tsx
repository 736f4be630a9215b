import { page } from "fresh";
import { Title } from "../../components/Title.tsx";
import { hasUnsent } from "../../http/pages/forget-here.ts";
import { define } from "../../utils.ts";

/** Asked before somebody signs out on whose device something waits to be sent. */
export const handler = define.handlers({
  GET(ctx) {
    return page({ waits: hasUnsent(ctx.req.headers) });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <div class="column column-narrow stack">
    <Title text="Sign out" />
    <h1>Sign out</h1>
    {data.waits
      ? (
        <>
          <p>
            Something that was written in this browser is not sent yet. What you
            wrote goes out by itself as soon as it can. What somebody else wrote
            here waits until they sign in. If you sign out before that, all of
            it is deleted.
          </p>
          <p>
            <a class="button" href="/rooms">
              Stay, and let it be sent
            </a>
          </p>
        </>
      )
      : <p>Everything that was written in this browser has been sent.</p>}
    <p>
      Signing out also deletes drafts, recordings you have not sent, and the
      rooms that are kept here for when there is no network.
    </p>
    <form method="post" action="/logout?anyway">
      <button type="submit" class="button button-quiet">
        {data.waits ? "Sign out and delete it" : "Sign out"}
      </button>
    </form>
  </div>
));
