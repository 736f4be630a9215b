import { page } from "fresh";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { Icon } from "../../../components/Icon.tsx";
import { Once } from "../../../components/Once.tsx";
import { PersonAvatar } from "../../../components/PersonAvatar.tsx";
import { RoomSidebar } from "../../../components/RoomSidebar.tsx";
import { Title } from "../../../components/Title.tsx";
import { type Clock, timeOf } from "../../../client/drawn/times.ts";
import { dayText } from "../../../components/Ago.tsx";
import { personOf } from "../../../http/middleware/person.ts";
import { loadRooms, type RoomEntry } from "../../../http/pages/room-list.ts";
import { clockOf } from "../../../http/requests/clock.ts";
import { type Failure, failureOf } from "../../../http/requests/forms.ts";
import { type SeenPerson, seePerson } from "../../../people/person-page.ts";
import { writeTo } from "../../../rooms/direct.ts";
import type { Account } from "../../../accounts/types.ts";
import type { Services } from "../../../services.ts";
import { define } from "../../../utils.ts";

interface Data {
  rooms: RoomEntry[];
  me: Account;
  person: SeenPerson;
  failure?: Failure;
}

async function load(s: Services, me: Account, id: string): Promise<Data> {
  const [{ rooms }, person] = await Promise.all([
    loadRooms(s, me),
    seePerson(s, me, id),
  ]);
  return { rooms, me, person };
}

/** Somebody, and the way to write to them. */
export const handler = define.handlers({
  async GET(ctx) {
    const me = personOf(ctx.state);
    return page<Data>(await load(ctx.state.services, me, ctx.params.id));
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    try {
      const room = await writeTo(services, me, [id]);
      return ctx.redirect(`/rooms/${room.id}`, 303);
    } catch (error) {
      const failure = failureOf(error, [], requestId);
      // Throws again for whoever may not see this person.
      const data = await load(services, me, id);
      return page<Data>({ ...data, failure }, { status: failure.status });
    }
  },
});

/** What it is where they are. */
function LocalTime({ zone, clock }: { zone: string; clock: Clock }) {
  const time = timeOf(Date.now(), { ...clock, zone });
  return <p class="soft">It is {time} where they are ({zone}).</p>;
}

export default define.page<typeof handler>(({ data, req }) => {
  const { rooms, me, person, failure } = data;
  const { id, name, about, timeZone } = person;
  const clock = clockOf(req);
  const isMe = id === me.id;
  return (
    <>
      <RoomSidebar rooms={rooms} me={me} />
      <div class="column stack">
        <Title text={name} failed={Boolean(failure)} />
        <p>
          <a class="back" href="/people" aria-current="false">
            <Icon name="arrow-left" size={18} /> People
          </a>
        </p>
        <div class="profile">
          <PersonAvatar person={person} large />
          <div>
            <h1>
              <bdi>{name}</bdi>
            </h1>
            <p class="soft">
              Here since {dayText(person.since, Date.now(), clock)}
            </p>
          </div>
        </div>
        {about && <p dir="auto">{about}</p>}
        {timeZone && <LocalTime zone={timeZone} clock={clock} />}
        <FormNotice failure={failure} />
        {isMe
          ? (
            <p class="actions">
              <a class="button button-quiet" href="/account/profile">
                Change what others see
              </a>
            </p>
          )
          : (
            <form method="post" class="actions">
              <Once />
              <button class="button truncate" type="submit" title={name}>
                <span class="truncate">
                  Write to <bdi>{name}</bdi>
                </span>
              </button>
            </form>
          )}
        {person.rooms.length > 0 && (
          <section class="stack" aria-labelledby="shared">
            <h2 id="shared">Rooms you are both in</h2>
            <ul class="room-list">
              {person.rooms.map((room) => (
                <li key={room.id}>
                  <a class="room-row" href={`/rooms/${room.id}`}>
                    <span class="truncate" title={room.name}>
                      <bdi>{room.name}</bdi>
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </>
  );
});
