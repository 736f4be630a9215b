import { page } from "fresh";
import { LONGEST_NAME } from "../../accounts/fields.ts";
import { ConfirmAddress } from "../../components/ConfirmAddress.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Once } from "../../components/Once.tsx";
import { PersonAvatar } from "../../components/PersonAvatar.tsx";
import { RoomSidebar } from "../../components/RoomSidebar.tsx";
import { SearchField } from "../../components/SearchField.tsx";
import { Title } from "../../components/Title.tsx";
import { personOf } from "../../http/middleware/person.ts";
import { hasOutbox } from "../../http/pages/outbox.ts";
import { loadRooms, type RoomEntry } from "../../http/pages/room-list.ts";
import { clockOf } from "../../http/requests/clock.ts";
import {
  type Failure,
  failureOf,
  readForm,
} from "../../http/requests/forms.ts";
import {
  findPeople,
  type ListedPerson,
  type PeoplePage,
} from "../../people/directory.ts";
import { serverNames } from "../../people/names.ts";
import { findPerson, seesEveryone } from "../../people/visible.ts";
import { DIRECT_MOST, writeTo } from "../../rooms/direct.ts";
import type { Account } from "../../accounts/types.ts";
import type { Services } from "../../services.ts";
import { define } from "../../utils.ts";

interface Data {
  rooms: RoomEntry[];
  me: Account;
  wanted: string;
  found: PeoplePage;
  /** All whose address is confirmed can be found. */
  everyone: boolean;
  outbox: boolean;
  /** Those chosen so far for a conversation of several; undefined: one is not being made. */
  chosen?: { id: string; name: string }[];
  failure?: Failure;
}

/** The people whom the address names as chosen, as far as they can be found. */
async function chosenIn(
  s: Services,
  me: Account,
  url: URL,
): Promise<Data["chosen"]> {
  if (!url.searchParams.has("with")) return undefined;
  const ids = new Set(url.searchParams.getAll("with").slice(0, DIRECT_MOST));
  const people = await Promise.all(
    [...ids].filter((id) => id && id !== me.id)
      .map((id) => findPerson(s, me, id).catch(() => null)),
  );
  const there = people.flatMap((person) => person ? [person.id] : []);
  const names = await serverNames(s, there);
  return there.slice(0, DIRECT_MOST - 1)
    .map((id) => ({ id, name: names.get(id)! }));
}

async function load(
  s: Services,
  me: Account,
  url: URL,
): Promise<Omit<Data, "outbox">> {
  const wanted = (url.searchParams.get("q") ?? "").slice(0, LONGEST_NAME);
  const after = url.searchParams.get("after") ?? undefined;
  const [{ rooms }, found, chosen] = await Promise.all([
    loadRooms(s, me),
    findPeople(s, me, { q: wanted, after }),
    chosenIn(s, me, url),
  ]);
  return { rooms, me, wanted, found, chosen, everyone: seesEveryone(s, me) };
}

export const handler = define.handlers({
  async GET(ctx) {
    const me = personOf(ctx.state);
    const data = await load(ctx.state.services, me, ctx.url);
    return page<Data>({ ...data, outbox: hasOutbox(ctx) });
  },

  /** Writes to those who were chosen. */
  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    try {
      const form = await readForm(ctx.req);
      const ids = form.getAll("with").map(String);
      const room = await writeTo(services, me, ids);
      return ctx.redirect(`/rooms/${room.id}`, 303);
    } catch (error) {
      const failure = failureOf(error, [], requestId);
      const data = await load(services, me, ctx.url);
      return page<Data>(
        { ...data, outbox: hasOutbox(ctx), failure },
        { status: failure.status },
      );
    }
  },
});

/** The address of this page. */
function address(
  { wanted, chosen }: Pick<Data, "wanted" | "chosen">,
  more: Record<string, string> = {},
): string {
  const query = new URLSearchParams(more);
  if (wanted) query.set("q", wanted);
  if (chosen) query.append("with", "");
  for (const { id } of chosen ?? []) query.append("with", id);
  return query.size > 0 ? `/people?${query}` : "/people";
}

/** Those chosen so far, and what to do with them. */
function Chosen({ wanted, chosen }: {
  wanted: string;
  chosen: NonNullable<Data["chosen"]>;
}) {
  const without = (id: string) =>
    address({ wanted, chosen: chosen.filter((one) => one.id !== id) });
  return (
    <section class="stack" aria-labelledby="chosen">
      <h2 id="chosen">Write to several people</h2>
      <p class="soft">
        Choose up to {DIRECT_MOST - 1}{" "}
        people below. Nobody can be added or removed later.
      </p>
      {chosen.length > 0 && (
        <ul class="people">
          {chosen.map(({ id, name }) => (
            <li key={id} class="person">
              <PersonAvatar person={{ id, name }} />
              <span class="person-name">
                <span class="truncate" title={name}>
                  <bdi>{name}</bdi>
                </span>
              </span>
              <a
                class="button button-plain"
                href={without(id)}
                aria-current="false"
                aria-label={`Do not write to ${name}`}
              >
                Take out
              </a>
            </li>
          ))}
        </ul>
      )}
      <form method="post" class="actions">
        <Once />
        {chosen.map(({ id }) => (
          <input key={id} type="hidden" name="with" value={id} />
        ))}
        {chosen.length > 0 && (
          <button class="button" type="submit">Write to them</button>
        )}
        <a
          class="button button-quiet"
          href={address({ wanted })}
          aria-current="false"
        >
          Cancel
        </a>
      </form>
    </section>
  );
}

/** Somebody who was found: leads to them, or adds them to those chosen. */
function Found({ person, wanted, chosen }: {
  person: ListedPerson;
  wanted: string;
  chosen: Data["chosen"];
}) {
  const { id, name, about } = person;
  const isAdding = chosen !== undefined;
  const href = isAdding
    ? address({ wanted, chosen: [...chosen, { id, name }] })
    : `/people/${id}`;
  return (
    <li>
      <a
        class="room-row found"
        href={href}
        aria-current={isAdding ? "false" : undefined}
      >
        <PersonAvatar person={person} />
        <b class="truncate" title={name}>
          <bdi>{name}</bdi>
        </b>
        <span class="soft small">{isAdding && "Add"}</span>
        {about && <span class="found-text soft" dir="auto">{about}</span>}
      </a>
    </li>
  );
}

export default define.page<typeof handler>(({ data, req }) => {
  const { rooms, me, wanted, found, chosen, failure } = data;
  const isFull = (chosen?.length ?? 0) >= DIRECT_MOST - 1;
  const people = found.people.filter(({ id }) =>
    !chosen?.some((one) => one.id === id)
  );
  return (
    <>
      <RoomSidebar rooms={rooms} me={me} />
      <div class="column stack">
        <Title text="People" failed={Boolean(failure)} />
        <h1>People</h1>
        <p class="soft">
          {data.everyone
            ? "Everyone on this server whose e-mail address is confirmed."
            : "The people you share a room with."}
        </p>
        <FormNotice failure={failure} />
        <ConfirmAddress
          account={me}
          outbox={data.outbox}
          clock={clockOf(req)}
        />
        {chosen
          ? <Chosen wanted={wanted} chosen={chosen} />
          : (
            <p class="actions">
              <a class="button button-quiet" href="/people?with=">
                Write to several people
              </a>
              <a class="button button-quiet" href="/account/profile">
                What others see of you
              </a>
            </p>
          )}
        <SearchField
          label="Search people by name"
          wanted={wanted}
          maxLength={LONGEST_NAME}
          more={chosen && { with: ["", ...chosen.map(({ id }) => id)] }}
        />
        {people.length === 0 && (
          <p>
            {wanted
              ? "Nobody found. Try the beginning of a name."
              : "There is nobody else yet."}
          </p>
        )}
        {!isFull && (
          <ul class="room-list">
            {people.map((person) => (
              <Found
                key={person.id}
                person={person}
                wanted={wanted}
                chosen={chosen}
              />
            ))}
          </ul>
        )}
        {found.next && !isFull && (
          <p>
            <a
              class="button button-quiet"
              href={address({ wanted, chosen }, { after: found.next })}
              aria-current="false"
            >
              More people
            </a>
          </p>
        )}
      </div>
    </>
  );
});
