import { page } from "fresh";
import { Ago } from "../../components/Ago.tsx";
import { Title } from "../../components/Title.tsx";
import { clockOf } from "../../http/requests/clock.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  async GET(ctx) {
    return page(await ctx.state.services.outbox.list());
  },
});

export default define.page<typeof handler>(({ data, req }) => (
  <div class="column stack">
    <Title text="Outbox" />
    <h1>Outbox</h1>
    <p class="soft">
      No mail server is set up, so e-mails are kept here instead of being sent.
      Only this machine shows them. Set <code>SMTP_URL</code>{" "}
      to send them for real.
    </p>
    {data.length === 0
      ? (
        <p>
          Nothing yet. Invite someone to a room and the e-mail appears here.
        </p>
      )
      : (
        <ul class="room-list">
          {data.map((mail) => (
            <li key={mail.id}>
              <a class="room-row" href={`/outbox/${mail.id}`}>
                <span class="room-row-name">
                  <span class="truncate" title={mail.subject}>
                    {mail.subject}
                  </span>
                </span>
                <span class="room-row-time soft small">
                  <Ago at={mail.sentAt} clock={clockOf(req)} />
                </span>
                <span class="truncate soft">to {mail.to}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
  </div>
));
