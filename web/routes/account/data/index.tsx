import { page } from "fresh";
import { isToken } from "../../../accounts/secrets.ts";
import { newTicket } from "../../../accounts/my-data/tickets.ts";
import { confirmPassword } from "../../../accounts/profile.ts";
import { BackToAccount } from "../../../components/BackToAccount.tsx";
import { OwnPassword } from "../../../components/OwnPassword.tsx";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { Notice } from "../../../components/Notice.tsx";
import { Once } from "../../../components/Once.tsx";
import { Title } from "../../../components/Title.tsx";
import { personOf } from "../../../http/middleware/person.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../../http/requests/forms.ts";
import { define } from "../../../utils.ts";

interface Data {
  failure?: Failure;
  /** Where the download is that was just asked for. */
  download?: string;
}

export const handler = define.handlers({
  /**
   * A browser that is led to a download stays on the page it was on, and on what that says of an
   * earlier password: so it comes to this one first, and goes on from here.
   */
  GET({ url }) {
    const ticket = url.searchParams.get("ticket") ?? "";
    if (!isToken(ticket)) return page<Data>({});
    const download = `/account/data/${ticket}`;
    return page<Data>({ download }, {
      headers: { refresh: `0;url=${download}` },
    });
  },

  async POST(ctx) {
    const { services: s, ip, requestId } = ctx.state;
    const { id: accountId } = personOf(ctx.state);
    try {
      const password = textOf(await readForm(ctx.req), "password");
      await confirmPassword(s, { accountId, password, ip });
      const ticket = await newTicket(s, accountId);
      return ctx.redirect(`/account/data?ticket=${ticket}`, 303);
    } catch (error) {
      const failure = failureOf(error, ["password"], requestId);
      return page<Data>({ failure }, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { failure, download } = data;
  return (
    <div class="column column-narrow stack">
      <Title text="Download your data" failed={Boolean(failure)} />
      <BackToAccount />
      <h1>Download your data</h1>
      <p>
        You get a ZIP file with everything we have about you: your account and
        what happened to it, where you are signed in, what you chose for
        notifications, your photos if you gave any, and your messages,
        reactions, files and recordings in every room. Keep it somewhere safe.
      </p>
      {download && (
        <Notice icon="check" answer>
          Your download begins by itself. If it does not,{" "}
          <a href={download}>start it here</a> within ten minutes.
        </Notice>
      )}
      <form class="form" method="post" action="/account/data">
        <Once />
        <FormNotice failure={failure} />
        <OwnPassword error={failure?.fields.password} />
        <button class="button" type="submit">Download</button>
      </form>
    </div>
  );
});
