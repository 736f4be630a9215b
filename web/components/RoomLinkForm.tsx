import type { Clock } from "../client/drawn/times.ts";
import { LINK_DAYS, LINK_PEOPLE, type RoomLink } from "../rooms/room-link.ts";
import { dayText } from "./Ago.tsx";
import { Once } from "./Once.tsx";
import { QrCode } from "./QrCode.tsx";

/** A link of a room with its address. */
export interface ShownLink extends RoomLink {
  address: string;
}

/** The link by which whoever has it joins: members pass it on, admins make it and take it back. */
export function RoomLinkForm({ link, isAdmin, clock }: {
  link: ShownLink | null;
  isAdmin: boolean;
  clock: Clock;
}) {
  if (!link && !isAdmin) return null;
  return (
    <section class="stack" aria-labelledby="room-link">
      <h2 id="room-link">Invitation link</h2>
      {link
        ? <Shown link={link} isAdmin={isAdmin} clock={clock} />
        : (
          <p class="soft">
            Whoever has the link and an account here can join, without an
            e-mail. Removing a member takes it back. It stays when who made it
            leaves.
          </p>
        )}
      {isAdmin && !link && <Make />}
    </section>
  );
}

function Shown({ link, isAdmin, clock }: {
  link: ShownLink;
  isAdmin: boolean;
  clock: Clock;
}) {
  const { address, left, expiresAt } = link;
  const until = dayText(expiresAt, Date.now(), clock);
  return (
    <>
      <div class="field">
        <label for="room-link-address">
          Whoever has this link and an account here can join
        </label>
        <input
          class="input"
          id="room-link-address"
          readOnly
          autocomplete="off"
          value={address}
        />
      </div>
      <p class="soft">
        {left === 1
          ? <>It works until {until}, for one more person.</>
          : <>It works until {until}, for {left} more people.</>}
      </p>
      <details class="disclosure">
        <summary class="button button-plain">Show it as a QR code</summary>
        <QrCode text={address} label="The invitation link as a QR code" />
      </details>
      {isAdmin && (
        <form method="post" class="actions">
          <Once />
          <input type="hidden" name="intent" value="unlink" />
          <button class="button button-quiet" type="submit">
            Take the link back
          </button>
        </form>
      )}
    </>
  );
}

function Make() {
  return (
    <form method="post" class="form">
      <Once />
      <input type="hidden" name="intent" value="link" />
      <div class="field">
        <label for="days">How long it works</label>
        <select class="input" id="days" name="days">
          {LINK_DAYS.map((days) => (
            <option key={days} value={days} selected={days === 7}>
              {days === 1 ? "1 day" : `${days} days`}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="people">How many people it lets in</label>
        <select class="input" id="people" name="people">
          {LINK_PEOPLE.map((people) => (
            <option key={people} value={people} selected={people === 10}>
              {people.toLocaleString("en")}
            </option>
          ))}
        </select>
      </div>
      <p>
        <button class="button button-quiet" type="submit">Make a link</button>
      </p>
    </form>
  );
}
