import { page } from "fresh";
import type { ClientFrame } from "../../../realtime/protocol.ts";
import { asset } from "fresh/runtime";
import { ConfirmAddress } from "../../components/ConfirmAddress.tsx";
import { CreateRoom } from "../../components/CreateRoom.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { WaitingInvitations } from "../../components/WaitingInvitations.tsx";
import type { Account, SignedIn } from "../../accounts/types.ts";
import {
  askForLink,
  type WaitingInvitation,
  waitingInvitations,
} from "../../rooms/waiting.ts";
import { Notice } from "../../components/Notice.tsx";
import { RoomRow } from "../../components/RoomRow.tsx";
import { ReadAhead } from "../../components/ReadAhead.tsx";
import { SearchForm } from "../../components/SearchForm.tsx";
import { Title } from "../../components/Title.tsx";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import { clockOf } from "../../http/requests/clock.ts";
import { hasOutbox } from "../../http/pages/outbox.ts";
import { personOf } from "../../http/middleware/person.ts";
import {
  loadRooms,
  newestIn,
  readPage,
  type RoomList,
} from "../../http/pages/room-list.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { tokensOf } from "../../rooms/token-cache.ts";
import type { Services } from "../../services.ts";
import type { Clock } from "../../client/drawn/times.ts";
import { define } from "../../utils.ts";

/** As many rooms as a phone shows at once; below more, the form is out of sight. */
const A_SCREEN = 7;

/** Where the person's feed is, and how they get it. */
interface Feed {
  url: string;
  /** The frame that a socket to it begins with. */
  hello: string;
}

const unreadIn = ({ rooms }: RoomList): number =>
  rooms.reduce((sum, { summary }) => sum + (summary?.unread ?? 0), 0);

async function feedOf(s: Services, me: SignedIn): Promise<Feed> {
  const { token } = await tokensOf(s.signer).forPage(me);
  const hello: ClientFrame = { event: "identify", token };
  return { url: s.config.wsUrl, hello: JSON.stringify(hello) };
}

interface Data {
  list: RoomList;
  me: Account;
  /** The outbox can be read here, because this is the machine it is on. */
  outbox: boolean;
  name: string;
  /** Invitations sent to my address. */
  waiting: WaitingInvitation[];
  feed: Feed;
  done: string | null;
  failure?: Failure;
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const [list, waiting, feed] = await Promise.all([
      loadRooms(services, me, readPage(ctx.url)),
      waitingInvitations(services, me),
      feedOf(services, me),
    ]);
    const outbox = hasOutbox(ctx);
    const done = ctx.url.searchParams.get("done");
    return page<Data>({ list, me, outbox, waiting, feed, done, name: "" });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    let name = "";
    try {
      const form = await readForm(ctx.req);
      if (textOf(form, "intent") === "link") {
        await askForLink(services, me, textOf(form, "invitation"));
        return ctx.redirect("/rooms?done=link", 303);
      }
      name = textOf(form, "name");
      const room = await createRoom(services, me, name, textOf(form, "once"));
      return ctx.redirect(`/rooms/${room.id}`, 303);
    } catch (error) {
      const failure = failureOf(error, ["name"], requestId);
      const list = await loadRooms(services, me);
      const waiting = await waitingInvitations(services, me);
      const feed = await feedOf(services, me);
      const outbox = hasOutbox(ctx);
      return page<Data>(
        { list, me, outbox, waiting, feed, done: null, name, failure },
        { status: failure.status },
      );
    }
  },
});

function Empty(props: Pick<Data, "name" | "failure" | "outbox">) {
  return (
    <>
      <p class="lead">
        A room is one conversation with the people you choose. Start one, then
        invite others by e-mail. Or write to somebody, or join a room that is
        open to everyone here.
      </p>
      <CreateRoom action="/rooms" {...props} />
      <p class="soft">
        Were you invited? Open the link in the e-mail.
        {props.outbox && (
          <>
            {" "}
            On this machine it is in the <a href="/outbox">outbox</a>.
          </>
        )}
      </p>
    </>
  );
}

/**
 * The list, which static/rooms.js keeps up to date from the person's feed. Comments there would cost
 * every reader bytes, so they are here: whatever the feed tells, the list is fetched once more,
 * while it is seen; in a tab that is not, only the title counts. The token ends after five minutes,
 * and its socket with it: the list that is fetched then has the next one. A press must end on the
 * room it began on, so nothing moves during one. Offline, or while messages cannot be reached, what
 * is shown stays. A page without the list says that the person is signed out, or in no room any
 * more, so it is opened.
 */
function RoomsNow({ list, me, clock, feed }: {
  list: RoomList;
  me: Account;
  clock: Clock;
  feed: Feed;
}) {
  return (
    <div
      class="stack"
      id="list"
      data-feed={feed.url}
      data-hello={list.reachable ? feed.hello : undefined}
      data-me={me.id}
      data-unread={unreadIn(list)}
    >
      {!list.reachable && (
        <Notice icon="offline">
          Messages are unavailable at the moment, so the latest ones and the
          unread counts are missing here. Nothing is lost.
        </Notice>
      )}
      <ul class="room-list">
        {list.rooms.map((room) => (
          <RoomRow key={room.id} room={room} me={me.id} clock={clock} />
        ))}
      </ul>
      {list.next && (
        <p>
          <a href={`/rooms?page=${list.next}`}>More rooms</a>
        </p>
      )}
    </div>
  );
}

export default define.page<typeof handler>(({ data, req }) => {
  const { list, me, outbox, name, failure } = data;
  const unread = unreadIn(list);
  return (
    <div class="column stack">
      <Title
        text={unread ? `(${unread}) Rooms` : "Rooms"}
        failed={Boolean(failure)}
      />
      <ConfirmAddress account={me} outbox={outbox} clock={clockOf(req)} />
      <h1>{list.rooms.length ? "Rooms" : "Your first room"}</h1>
      {list.rooms.length > 0 && (
        <SearchForm
          action="/search"
          label="Words in the messages of all your rooms"
          placeholder="Words in messages"
        />
      )}
      <p class="actions">
        <a class="button button-quiet" href="/people">People</a>
        <a class="button button-quiet" href="/rooms/open">Open rooms</a>
        {list.rooms.length > A_SCREEN && (
          <a class="button button-quiet" href="/rooms/new">New room</a>
        )}
      </p>
      <FormNotice failure={failure} />
      {data.done === "link" && (
        <Notice icon="mail" answer>
          You have a new e-mail with the link.
          {outbox && (
            <>
              {" "}
              On this machine it is in the <a href="/outbox">outbox</a>.
            </>
          )}
        </Notice>
      )}
      <WaitingInvitations waiting={data.waiting} email={me.email} />
      {list.rooms.length === 0
        ? <Empty name={name} failure={failure} outbox={outbox} />
        : (
          <>
            <noscript>
              <iframe
                class="rooms-frame"
                title="New messages, as they arrive"
                src={`/live?after=${newestIn(list.rooms)}`}
              />
            </noscript>
            <RoomsNow
              list={list}
              me={me}
              clock={clockOf(req)}
              feed={data.feed}
            />
            <ReadAhead />
            <script type="module" src={asset("/rooms.js")} />
            <h2>New room</h2>
            <CreateRoom action="/rooms" name={name} failure={failure} />
          </>
        )}
    </div>
  );
});
