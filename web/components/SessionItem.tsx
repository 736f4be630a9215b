import type { ListedSession } from "../accounts/session-list/session-list.ts";
import type { Clock } from "../client/drawn/times.ts";
import { Ago, dayText } from "./Ago.tsx";
import { Once } from "./Once.tsx";

/** One of the sessions of whoever looks, with what is known of it, and a way to end it. */
export function SessionItem({ session, clock }: {
  session: ListedSession;
  clock: Clock;
}) {
  const { id, software, network, createdAt, lastUsedAt, isThis } = session;
  return (
    <li class="person">
      <span class="person-name">
        <strong>{software ?? "A device"}</strong>
        {isThis && <span class="soft">(this one)</span>}
      </span>
      <span class="soft small">
        Since {dayText(createdAt, Date.now(), clock)}
        {lastUsedAt !== undefined && (
          <>
            , used: <Ago at={lastUsedAt} clock={clock} />
          </>
        )}
        {network && <>, network {network}</>}
      </span>
      {!isThis && (
        <form method="post" action="/account/sessions">
          <Once />
          <input type="hidden" name="id" value={id} />
          <button
            class="button button-plain"
            type="submit"
            name="intent"
            value="one"
          >
            Sign out
          </button>
        </form>
      )}
    </li>
  );
}
