/**
 * What there is of a person, part by part: files of the archive they can download. Whoever keeps
 * something new of people adds it here.
 */
import { readDictation } from "../../dictation/settings.ts";
import { isClipName } from "../../../realtime/common/clip-id.ts";
import type { Message } from "../../../realtime/protocol.ts";
import { archivedName } from "../../files/names.ts";
import { filesOf, placesOf } from "../../files/records.ts";
import { profilesOf, readPicture } from "../../people/profile.ts";
import {
  keys as roomKeys,
  type Membership,
  type StoredRoom,
} from "../../rooms/store.ts";
import type { Services } from "../../services.ts";
import {
  type Device,
  keys as notifyKeys,
  type RoomChoice,
} from "../../notifications/store.ts";
import { eventsOf } from "../../audit/list.ts";
import { readChanges } from "../address/store.ts";
import { listSessions } from "../session-list/session-list.ts";
import { noAccount, readRecord } from "../store.ts";
import { readFace } from "../stored-face.ts";

export type PartServices = Pick<
  Services,
  "kv" | "blobs" | "files" | "realtime" | "signer" | "config"
>;

/** One file of the archive. */
export interface Part {
  name: string;
  /** Milliseconds since the Unix epoch. */
  lastModified?: number;
  input: string | Uint8Array<ArrayBuffer> | AsyncIterable<string | Uint8Array>;
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const iso = (ms: number | undefined) =>
  ms === undefined ? undefined : new Date(ms).toISOString();

/** Everything about a person, in the order of the archive; nothing of it is held in memory whole. */
export async function* partsOf(
  s: PartServices,
  accountId: string,
): AsyncGenerator<Part> {
  yield await accountPart(s, accountId);
  yield* facePart(s, accountId);
  yield await sessionsPart(s, accountId);
  yield await activityPart(s, accountId);
  yield await notificationsPart(s, accountId);
  yield* picturePart(s, accountId);
  const found: Found = { recordings: new Set(), reactions: [] };
  yield* messageParts(s, accountId, found);
  yield { name: "reactions.json", input: json(found.reactions) };
  yield* fileParts(s, accountId);
  yield* recordingParts(s, found.recordings);
}

/** What is found of a person while their messages are read. */
interface Found {
  /** Ids of what they recorded. */
  recordings: Set<string>;
  /** What they chose under messages, their own and others'. */
  reactions: { room: string; message: string; emoji: string[] }[];
}

async function accountPart(s: PartServices, accountId: string): Promise<Part> {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  const rooms: unknown[] = [];
  const prefix = roomKeys.accountRooms(accountId);
  for await (const { key, value } of s.kv.list<Membership>({ prefix })) {
    const id = String(key[2]);
    const room = await s.kv.get<StoredRoom>(roomKeys.room(id));
    const { role, joinedAt } = value;
    rooms.push({ id, name: room.value?.name, role, joinedAt: iso(joinedAt) });
  }
  const { id, name, email, createdAt, consent, hasFace, passkeys, recovery } =
    record;
  const { asked, former } = await readChanges(s, accountId);
  const [{ about, timeZone }] = await profilesOf(s, [accountId]);
  return {
    name: "account.json",
    input: json({
      id,
      name,
      email,
      about,
      timeZone,
      createdAt: iso(createdAt),
      hasFace,
      consentToFaces: consent && {
        at: iso(consent.at),
        toText: consent.textVersion,
        withdrawnAt: iso(consent.withdrawnAt),
      },
      dictation: await readDictation(s, accountId),
      passkeys: passkeys?.map(({ name, createdAt }) => ({
        name,
        createdAt: iso(createdAt),
      })),
      recoveryCodes: recovery && {
        left: recovery.hashes.length,
        madeAt: iso(recovery.madeAt),
      },
      newAddress: asked?.email,
      formerAddresses: former.map(({ email, changedAt }) => ({
        email,
        until: iso(changedAt),
      })),
      rooms,
    }),
  };
}

async function sessionsPart(s: PartServices, accountId: string): Promise<Part> {
  const sessions = (await listSessions(s, accountId, "")).map((
    { software, network, createdAt, lastUsedAt },
  ) => ({
    software,
    network,
    createdAt: iso(createdAt),
    lastUsedAt: iso(lastUsedAt),
  }));
  return { name: "sessions.json", input: json(sessions) };
}

async function activityPart(s: PartServices, accountId: string): Promise<Part> {
  const all: unknown[] = [];
  let before: string | undefined;
  do {
    const page = await eventsOf(s, accountId, before);
    all.push(...page.events.map(
      ({ kind, at, whoName, network, software, roomName }) => ({
        kind,
        at: iso(at),
        by: whoName,
        network,
        software,
        room: roomName,
      }),
    ));
    before = page.before;
  } while (before !== undefined);
  return { name: "activity.json", input: json(all) };
}

async function notificationsPart(
  { kv }: PartServices,
  accountId: string,
): Promise<Part> {
  const { value: settings } = await kv.get(notifyKeys.settings(accountId));
  const rooms: Record<string, string> = {};
  const chosen = { prefix: notifyKeys.choices(accountId) };
  for await (const { key, value } of kv.list<RoomChoice>(chosen)) {
    rooms[String(key.at(-1))] = value;
  }
  const devices: unknown[] = [];
  const listed = { prefix: notifyKeys.devices(accountId) };
  for await (const { value } of kv.list<Device>(listed)) {
    const { name, createdAt, endpoint } = value;
    const service = new URL(endpoint).host;
    devices.push({ name, createdAt: iso(createdAt), service });
  }
  const told = { settings: settings ?? {}, rooms, devices };
  return { name: "notifications.json", input: json(told) };
}

async function* facePart(
  s: PartServices,
  accountId: string,
): AsyncGenerator<Part> {
  const face = await readFace(s, accountId);
  const selfie = await face?.selfie();
  if (!face || !selfie) return;
  yield {
    name: "face.jpg",
    lastModified: face.record.enrolledAt,
    input: new Uint8Array(selfie),
  };
}

async function* picturePart(
  s: PartServices,
  accountId: string,
): AsyncGenerator<Part> {
  const picture = await readPicture(s, accountId);
  if (picture) yield { name: "picture.webp", input: picture };
}

/** A file for each room they ever wrote in, also of those they have left. */
async function* messageParts(
  s: PartServices,
  accountId: string,
  found: Found,
): AsyncGenerator<Part> {
  for await (
    const { key, value } of s.kv.list<StoredRoom>({ prefix: roomKeys.rooms() })
  ) {
    const id = String(key[1]);
    const lines = linesOf(s, accountId, id, found);
    const first = await lines.next();
    if (first.done) continue;
    yield {
      name: `messages/${archivedName(value.name || "direct")} ${id}.json`,
      input: arrayOf(first.value, lines),
    };
  }
}

/** The messages of somebody in a room as lines of JSON. */
async function* linesOf(
  { realtime }: PartServices,
  accountId: string,
  roomId: string,
  { recordings, reactions }: Found,
): AsyncGenerator<string, void> {
  let after: number | undefined;
  do {
    const part = await realtime.written(roomId, accountId, after);
    // An earlier version of realtime tells none.
    for (const one of part.reactions ?? []) {
      reactions.push({ room: roomId, ...one });
    }
    for (const message of part.messages) {
      if (message.voice) recordings.add(message.voice.clip);
      yield JSON.stringify(readable(message));
    }
    after = part.after;
  } while (after !== undefined);
}

/**
 * A message as its person may keep it: of others, no more than how many reacted, and the names that
 * the person wrote.
 */
const readable = ({
  clientId: _clientId,
  offset: _offset,
  sender,
  reactions = {},
  mentions,
  ...message
}: Message) => ({
  ...message,
  mentions: mentions?.map(({ name }) => name),
  reactions: Object.entries(reactions)
    .map(([emoji, people]) => ({ emoji, count: people.length })),
  sender: sender.name,
  timestamp: iso(message.timestamp),
  editedAt: iso(message.editedAt),
});

async function* arrayOf(first: string, rest: AsyncIterable<string>) {
  yield `[\n${first}`;
  for await (const line of rest) yield `,\n${line}`;
  yield "\n]\n";
}

async function* fileParts(
  s: PartServices,
  accountId: string,
): AsyncGenerator<Part> {
  for await (const file of filesOf(s, accountId)) {
    const bytes = await s.files.get(placesOf(file).whole);
    if (bytes === null) continue;
    const reader = bytes.getReader();
    try {
      const name = `files/${file.id} ${archivedName(file.name)}`;
      yield { name, input: chunksOf(reader) };
    } finally {
      // Whoever makes the archive breaks off here, and leaves what it reads as it is.
      await reader.cancel();
    }
  }
}

async function* chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Milliseconds for one recording. */
const PATIENCE_MS = 15_000;

async function* recordingParts(
  s: PartServices,
  recordings: Set<string>,
): AsyncGenerator<Part> {
  for (const clip of recordings) {
    // An earlier version took any text for the id of one.
    if (!isClipName(clip)) continue;
    const token = await s.signer.serviceToken("transcriber");
    const answer = await fetch(
      `${s.config.transcriberUrl}/clips/${encodeURIComponent(clip)}`,
      {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(PATIENCE_MS),
        redirect: "error",
      },
    );
    // Its time may be over.
    if (answer.status === 404) {
      await answer.body?.cancel();
      continue;
    }
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new Error(`the transcriber answered ${answer.status}`);
    }
    const type = answer.headers.get("content-type") ?? "";
    const ending = /^audio\/([a-z0-9]{2,5})\b/.exec(type)?.[1] ?? "bin";
    // At once: whoever downloads may be slower than the time for it.
    const input = await answer.bytes();
    yield { name: `recordings/${clip}.${ending}`, input };
  }
}
