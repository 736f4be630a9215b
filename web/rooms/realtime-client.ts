import type {
  EntryFrame,
  Message,
  RoomSummary,
} from "../../realtime/protocol.ts";
import type {
  AlertPage,
  Alerts,
  AlertsTaken,
  Asked,
  HistoryPage,
  Leftovers,
  LeftoversTaken,
  NamesChanged,
  Positions,
  Renamed,
  RoomClips,
  RoomRenamed,
  SearchPage,
  Unchanged,
  Withdrawn,
  WrittenBy,
} from "../../realtime/protocol-http.ts";
import type { Config } from "../config.ts";
import type { RealtimeClient, Services } from "../services.ts";
import { inTurn } from "./in-turn.ts";
import { posting } from "./posting.ts";
import { together } from "./together.ts";
import { AppError } from "../errors.ts";
import { realtimeCalls } from "./realtime-calls.ts";
import { realtimeDown } from "./realtime-errors.ts";
import { parseNdjson } from "./ndjson.ts";

const TIMEOUT_MS = 3_000;
/** Rooms whose summaries one call asks for. */
const SUMMARIES = 100;
/** Pages of which one call asks whether they are still so. */
const MOST_ASKED = 500;
/** For so long that is waited for, and where there was no answer, not asked again: ms. */
const SOON_MS = 500, QUIET_MS = 1_000;

/** As a query string; what is undefined is left out. */
function queryOf(values: Record<string, string | number | undefined>) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query;
}

const roomPath = (roomId: string): string =>
  `/rooms/${encodeURIComponent(roomId)}`;

/**
 * The room log, over realtime's HTTP interface (the paths and shapes are in
 * `realtime/protocol-http.ts`), with a token of the person for each call.
 *
 * Every method throws AppError: `realtime-down` (503) when realtime cannot be reached, answers
 * nonsense or nothing for 3 s; and what realtime says itself, such as that the person is in no such
 * room (404), or that a message is too long (422) or sent too fast (429).
 */
export function realtimeClient(
  config: Pick<Config, "realtimeUrl">,
  signer: Services["signer"],
  timeoutMs = TIMEOUT_MS,
): RealtimeClient {
  const calls = realtimeCalls(config, signer, timeoutMs);
  const { tokens, call, callJson, send, postOften } = calls;
  const turn = inTurn();
  const post = posting(calls);
  let quietUntil = 0;
  /** Web itself asks. */
  const ofWeb = () => signer.serviceToken("realtime");

  return {
    async history(account, roomId, page) {
      const path = `${roomPath(roomId)}/messages?${queryOf(page)}`;
      return await callJson<HistoryPage>(path, {
        token: () => tokens.of(account),
        reads: account,
      });
    },

    async search(account, search) {
      return await callJson<SearchPage>("/search", {
        token: () => tokens.of(account),
        method: "POST",
        body: search,
      });
    },

    post: (account, roomId, draft) =>
      turn(`${account.id} ${roomId}`, () => post(account, roomId, draft)),

    async find(account, roomId, id) {
      const path = `${roomPath(roomId)}/messages?${queryOf({ id })}`;
      return await callJson<Message>(path, {
        token: () => tokens.of(account),
      });
    },

    async amend(account, roomId, change) {
      const path = `${roomPath(roomId)}/amendments`;
      return await callJson<Message>(path, {
        token: () => tokens.of(account),
        method: "POST",
        body: { ...change, clientId: crypto.randomUUID() },
      });
    },

    async summaries(account, roomIds) {
      const found: Record<string, RoomSummary> = {};
      for (let from = 0; from < roomIds.length; from += SUMMARIES) {
        const ids = roomIds.slice(from, from + SUMMARIES);
        const rooms = ids.map(encodeURIComponent).join(",");
        const answer = await callJson<{ rooms: Record<string, RoomSummary> }>(
          `/summaries?rooms=${rooms}`,
          { token: () => tokens.of(account), reads: account },
        );
        Object.assign(found, answer.rooms);
      }
      return found;
    },

    async activity(account) {
      const answer = await callJson<{ rooms: Record<string, number> }>(
        "/activity",
        { token: () => tokens.of(account), reads: account },
      );
      return answer.rooms;
    },

    stillSo: together<Asked, string | null>(MOST_ASKED, async (asked) => {
      if (Date.now() < quietUntil) return asked.map(() => null);
      try {
        const ms = Math.min(timeoutMs, SOON_MS);
        const asking = JSON.stringify({ asked });
        const answer = await postOften<Unchanged>("/unchanged", asking, ms);
        const { now, unchanged } = answer;
        return asked.map((_, i) => unchanged[i] ? now : null);
      } catch {
        // It is away, or of an earlier version: what is asked for then says so.
        quietUntil = Date.now() + QUIET_MS;
        return asked.map(() => null);
      }
    }),

    async markRead(account, roomId, offset) {
      await send(`${roomPath(roomId)}/read`, {
        token: () => tokens.of(account),
        method: "PUT",
        body: { offset },
      });
    },

    async handOver(roomId, list) {
      await send(`${roomPath(roomId)}/members`, {
        token: ofWeb,
        method: "PUT",
        body: list,
      });
    },

    async updateMembers(roomId, update) {
      try {
        await send(`${roomPath(roomId)}/members`, {
          token: ofWeb,
          method: "PATCH",
          body: update,
        });
        return true;
      } catch (error) {
        // A realtime of an earlier version takes lists alone.
        const isUnknown = error instanceof AppError &&
          ["members-unknown", "method-not-allowed"].includes(error.code);
        if (isUnknown) return false;
        throw error;
      }
    },

    async namesChanged(roomId, names) {
      await send(`${roomPath(roomId)}/names`, {
        token: ofWeb,
        method: "POST",
        body: { names } satisfies NamesChanged,
      });
    },

    async roomRenamed(roomId, name, userId) {
      await send(`${roomPath(roomId)}/name`, {
        token: ofWeb,
        method: "POST",
        body: { name, userId } satisfies RoomRenamed,
      });
    },

    async showPreview(roomId, previewed) {
      await send(`${roomPath(roomId)}/previews`, {
        token: ofWeb,
        method: "POST",
        body: previewed,
      });
    },

    async sessionsEnded(which) {
      tokens.forget(which.userId);
      await send("/sessions", {
        token: ofWeb,
        method: "POST",
        body: which,
      });
    },

    async rename(rename) {
      tokens.forget(rename.userId);
      return await callJson<Renamed>("/renames", {
        token: ofWeb,
        method: "POST",
        body: rename,
      });
    },

    async transcript(roomId, heard) {
      await send(`${roomPath(roomId)}/transcripts`, {
        token: ofWeb,
        method: "POST",
        body: heard,
      });
    },

    async clips(roomId, after) {
      return await callJson<RoomClips>(
        `${roomPath(roomId)}/clips?${queryOf({ after })}`,
        { token: ofWeb },
      );
    },

    async written(roomId, userId, after) {
      return await callJson<WrittenBy>(
        `${roomPath(roomId)}/written?${queryOf({ by: userId, after })}`,
        { token: ofWeb },
      );
    },

    async withdraw(roomId, withdrawal) {
      return await callJson<Withdrawn>(`${roomPath(roomId)}/withdrawals`, {
        token: ofWeb,
        method: "POST",
        body: withdrawal,
      });
    },

    async leftovers() {
      const { leftovers } = await callJson<Leftovers>("/leftovers", {
        token: ofWeb,
      });
      return leftovers;
    },

    async leftoversTaken(leftovers) {
      const taken = leftovers.map(({ roomId, receipt }) => ({
        roomId,
        receipt,
      }));
      await send("/leftovers/taken", {
        token: ofWeb,
        method: "POST",
        body: { taken } satisfies LeftoversTaken,
      });
    },

    async alerts() {
      const { alerts } = await callJson<Alerts>("/alerts", {
        token: ofWeb,
      });
      return alerts;
    },

    async alertsTaken(taken) {
      await send("/alerts/taken", {
        token: ofWeb,
        method: "POST",
        body: { taken } satisfies AlertsTaken,
      });
    },

    async alertPage(roomId, position) {
      const query = queryOf({
        after: position?.offset,
        epoch: position?.epoch,
      });
      return await callJson<AlertPage>(`${roomPath(roomId)}/alerts?${query}`, {
        token: ofWeb,
      });
    },

    async positions(roomId, people) {
      const { positions } = await callJson<Positions>(
        `${roomPath(roomId)}/positions`,
        {
          token: ofWeb,
          method: "POST",
          body: { people },
        },
      );
      return positions;
    },

    async readFor(roomId, id) {
      const path = `${roomPath(roomId)}/messages?${queryOf({ id })}`;
      return await callJson<Message>(path, {
        token: ofWeb,
      });
    },

    async endRoom(roomId) {
      await send(roomPath(roomId), {
        token: ofWeb,
        method: "DELETE",
      });
    },

    async stream(account, roomId, after, signal) {
      const path = `${roomPath(roomId)}/stream?after=${after}`;
      // Only the opening is timed: the stream itself never ends.
      const opening = new AbortController();
      const timer = setTimeout(
        () => opening.abort(new DOMException("no answer", "TimeoutError")),
        timeoutMs,
      );
      try {
        const response = await call(path, {
          token: () => tokens.of(account),
          signal: AbortSignal.any([signal, opening.signal]),
        });
        if (response.body === null) throw realtimeDown("no body");
        return response.body
          .pipeThrough(new TextDecoderStream())
          .pipeThrough(parseNdjson<EntryFrame>());
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
