import { type Context, HttpError, type Middleware } from "fresh";
import { ownerOf } from "../../accounts/owner.ts";
import { takeRate, tooOften } from "../../access/rates.ts";
import { rowOf, whoFor } from "../../access/row.ts";
import type { Method, Row, Who } from "../../access/table.ts";
import { AppError } from "../../errors.ts";
import { readMembership } from "../../rooms/rooms.ts";
import { directRoom, notAdmin } from "../../rooms/store.ts";
import type { State } from "../../utils.ts";
import { hasOutbox } from "../pages/outbox.ts";
import { calledFor } from "../requests/realtime-caller.ts";
import { methodNotAllowed, methodsTold } from "./methods.ts";
import { personOf, signInFirst } from "./person.ts";

const noPage = () =>
  new AppError({
    code: "not-found",
    status: 404,
    message: "There is no such page.",
  });

type Judge = (ctx: Context<State>, row: Row) => void | Promise<void>;

/** The room of the address, and the membership of whoever asks. */
function asMember({ state, params }: Context<State>) {
  const { id } = personOf(state);
  return readMembership(state.services, id, params.id);
}

/** Throws, unless whoever asks may. */
const JUDGES: Record<Who, Judge> = {
  anyone: () => {},
  "signed in": ({ state }) => void personOf(state),
  member: async (ctx) => void await asMember(ctx),
  async admin(ctx) {
    const { room, membership } = await asMember(ctx);
    // Nobody is an admin of it: that would send people looking for one.
    if (room.value.kind === "direct") throw directRoom();
    if (membership.value.role !== "admin") throw notAdmin();
  },
  /** To anyone else there is no such page. */
  async owner({ state: { services, account } }) {
    const isOwner = account !== null && await ownerOf(services) === account.id;
    if (!isOwner) throw noPage();
  },
  async realtime({ state, req }, { rate }) {
    state.askedFor = await calledFor(state.services, req);
    if (rate !== "members") return;
    const wait = takeRate(state.services, rate, state.askedFor);
    if (wait > 0) throw tooOften(wait);
  },
  "this machine"(ctx) {
    if (!hasOutbox(ctx)) throw new HttpError(404);
  },
};

/** Those a page asks to sign in, rather than to say that nobody is. */
const ASKED: Who[] = ["signed in", "member", "admin"];

/**
 * Lets in whom the table says, for the methods it names. Who is not signed in is sent to do so by
 * pages, and told by the API.
 *
 * Throws AppError `method-not-allowed` (405), `not-signed-in` (401), `not-found` (404), `not-admin`
 * (403), `direct-room` (409), `token-invalid` (401) and `too-many-requests` (429).
 */
export const allowed: Middleware<State> = async (ctx) => {
  const { method } = ctx.req;
  const { route, state, url } = ctx;
  // There is nothing there.
  if (route === null) return await ctx.next();
  const row = rowOf(route);
  if (row === undefined) throw new Error(`${route} is not in the table.`);
  const asked = (method === "HEAD" ? "GET" : method) as Method;
  const head = row.methods.includes("GET") ? ["HEAD"] : [];
  const taken = [...row.methods, ...head, "OPTIONS"];
  // It says which methods there are, to everybody alike.
  if (method === "OPTIONS") return methodsTold(taken);
  if (!row.methods.includes(asked)) throw methodNotAllowed(taken);
  const who = whoFor(row, asked);
  const isPage = !url.pathname.startsWith("/api/");
  if (isPage && state.account === null && ASKED.includes(who)) {
    return await signInFirst(ctx);
  }
  await JUDGES[who](ctx, row);
  return await ctx.next();
};
