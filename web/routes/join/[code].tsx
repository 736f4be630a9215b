import { page } from "fresh";
import { ConfirmAddress } from "../../components/ConfirmAddress.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Once } from "../../components/Once.tsx";
import { Title } from "../../components/Title.tsx";
import { AppError } from "../../errors.ts";
import { hasOutbox } from "../../http/pages/outbox.ts";
import { clockOf } from "../../http/requests/clock.ts";
import {
  type Failure,
  failureOf,
  readForm,
} from "../../http/requests/forms.ts";
import type { Account } from "../../accounts/types.ts";
import {
  findLinked,
  joinByLink,
  type LinkedRoom,
} from "../../rooms/room-link.ts";
import { removed, wasRemoved } from "../../rooms/entering.ts";
import { isMember } from "../../rooms/rooms.ts";
import type { Services } from "../../services.ts";
import { define } from "../../utils.ts";

interface Data {
  /** Null: the link no longer works. */
  room: LinkedRoom | null;
  /** The person is in the room already. */
  isIn: boolean;
  /** An admin removed them: no link brings them back. */
  isOut: boolean;
  outbox: boolean;
  failure?: Failure;
}

async function load(
  s: Services,
  account: Account | null,
  code: string,
): Promise<Omit<Data, "outbox">> {
  try {
    const room = await findLinked(s, code);
    const isIn = account !== null && await isMember(s, account.id, room.id);
    const isOut = account !== null && !isIn &&
      await wasRemoved(s, account.id, room.id);
    const failure = isOut ? failureOf(removed(), []) : undefined;
    return { room, isIn, isOut, failure };
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 410) throw error;
    const failure = failureOf(error, []);
    return { room: null, isIn: false, isOut: false, failure };
  }
}

/** Where the invitation link of a room leads. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, account } = ctx.state;
    const data = await load(services, account, ctx.params.code);
    const status = data.failure?.status ?? 200;
    return page<Data>({ ...data, outbox: hasOutbox(ctx) }, { status });
  },

  async POST(ctx) {
    const { services, account, requestId } = ctx.state;
    const { code } = ctx.params;
    if (account === null) {
      const here = encodeURIComponent(`/join/${code}`);
      return ctx.redirect(`/login?next=${here}`, 303);
    }
    try {
      await readForm(ctx.req);
      const room = await joinByLink(services, account, code);
      return ctx.redirect(`/rooms/${room.id}`, 303);
    } catch (error) {
      const failure = failureOf(error, [], requestId);
      const data = await load(services, account, code);
      return page<Data>(
        { ...data, outbox: hasOutbox(ctx), failure },
        { status: failure.status },
      );
    }
  },
});

function Way({ room, isIn, account, code }: {
  room: LinkedRoom;
  isIn: boolean;
  account: Account | null;
  code: string;
}) {
  const next = encodeURIComponent(`/join/${code}`);
  if (account === null) {
    return (
      <>
        <p>
          To join, create an account or sign in. You will come back here
          afterwards.
        </p>
        <p class="actions">
          <a class="button" href={`/register?next=${next}`}>
            Create an account
          </a>
          <a class="button button-quiet" href={`/login?next=${next}`}>
            Sign in
          </a>
        </p>
      </>
    );
  }
  if (isIn) {
    return (
      <p>
        <a class="button" href={`/rooms/${room.id}`}>Open the room</a>
      </p>
    );
  }
  return (
    <>
      <p>
        You join as <bdi>{account.name}</bdi>, {account.email}.
      </p>
      <form method="post" class="actions">
        <Once />
        <button class="button" type="submit">Join the room</button>
      </form>
    </>
  );
}

export default define.page<typeof handler>(({ data, state, params, req }) => {
  const { room, isIn, isOut, failure } = data;
  const { account } = state;
  return (
    <div class="column column-narrow stack">
      <Title
        text={room ? `Join ${room.name}` : "Invitation link"}
        failed={Boolean(failure)}
      />
      <h1>{room ? <bdi>{room.name}</bdi> : "Invitation link"}</h1>
      {room?.description && <p dir="auto">{room.description}</p>}
      {room && !isOut && (
        <p class="soft">
          {isIn
            ? "You are a member of this room."
            : "You are invited to this room."}
        </p>
      )}
      <FormNotice failure={failure} />
      {account && (
        <ConfirmAddress
          account={account}
          outbox={data.outbox}
          clock={clockOf(req)}
        />
      )}
      {room && !isOut
        ? <Way room={room} isIn={isIn} account={account} code={params.code} />
        : (
          <p>
            <a class="button" href={account ? "/rooms" : "/"}>
              {account ? "Go to your rooms" : "Go to the home page"}
            </a>
          </p>
        )}
    </div>
  );
});
