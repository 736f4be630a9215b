import { HttpError, page } from "fresh";
import { dayText } from "../../components/Ago.tsx";
import { Icon } from "../../components/Icon.tsx";
import { Title } from "../../components/Title.tsx";
import { linkify } from "../../client/drawn/linkify.tsx";
import { clockOf } from "../../http/requests/clock.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const mail = await ctx.state.services.outbox.read(ctx.params.id);
    if (mail === null) throw new HttpError(404);
    return page(mail);
  },
});

export default define.page<typeof handler>(({ data, req }) => (
  <div class="column stack">
    <Title text={data.subject} />
    <p>
      <a class="back" href="/outbox">
        <Icon name="arrow-left" size={18} /> Outbox
      </a>
    </p>
    <h1>{data.subject}</h1>
    <p class="soft">
      To {data.to},{" "}
      <time datetime={new Date(data.sentAt).toISOString()}>
        {dayText(data.sentAt, Date.now(), clockOf(req))}
      </time>
    </p>
    <div class="mail" dir="auto">{linkify(data.text)}</div>
  </div>
));
