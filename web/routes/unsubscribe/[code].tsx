import { page } from "fresh";
import { findAccount } from "../../accounts/accounts.ts";
import { sha256 } from "../../accounts/secrets.ts";
import { Notice } from "../../components/Notice.tsx";
import { Title } from "../../components/Title.tsx";
import { changeSettings } from "../../notifications/settings.ts";
import { keys } from "../../notifications/store.ts";
import { define } from "../../utils.ts";

interface Data {
  state: "asked" | "done" | "unknown";
}

/** Whom a code belongs to; null as well where their account is gone. */
async function ownerOf(kv: Deno.Kv, code: string): Promise<string | null> {
  if (!/^[\w-]{20,64}$/.test(code)) return null;
  const { value } = await kv.get<string>(keys.unsubscribe(await sha256(code)));
  return value && await findAccount({ kv }, value) ? value : null;
}

export const handler = define.handlers({
  async GET(ctx) {
    const { kv } = ctx.state.services;
    const isKnown = await ownerOf(kv, ctx.params.code) !== null;
    const state = isKnown ? "asked" : "unknown";
    return page<Data>({ state }, { status: isKnown ? 200 : 404 });
  },

  /** Also what a mail program sends by itself (RFC 8058): the code says who asks. */
  async POST(ctx) {
    const { services } = ctx.state;
    const id = await ownerOf(services.kv, ctx.params.code);
    if (id === null) return page<Data>({ state: "unknown" }, { status: 404 });
    await changeSettings(services, id, (all) => ({ ...all, noMail: true }));
    return page<Data>({ state: "done" });
  },
});

export default define.page<typeof handler>(({ data: { state } }) => (
  <div class="column column-narrow stack">
    <Title text="E-mails about unread messages" />
    <h1>E-mails about unread messages</h1>
    {state === "asked" && (
      <form method="post" class="form">
        <p>
          We e-mail you about messages you have not read, at most once an hour.
        </p>
        <p>
          <button class="button" type="submit">Stop these e-mails</button>
        </p>
      </form>
    )}
    {state === "done" && (
      <Notice answer>
        You will get no more of these e-mails. You can turn them on again in
        your account.
      </Notice>
    )}
    {state === "unknown" && (
      <p>
        This link has expired. You can stop these e-mails{" "}
        <a href="/account/notifications">in your account</a>.
      </p>
    )}
  </div>
));
