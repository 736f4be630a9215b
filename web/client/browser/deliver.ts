/**
 * Messages with files or a recording, which web takes: one is sent once all its files are there, and
 * in its turn.
 */
import type { ServerFrame } from "../../../realtime/protocol.ts";
import type { Unsent, Upload } from "./pending.ts";
import {
  forgetSent,
  renewRecording,
  sendRecording,
  type VoiceFate,
} from "./recordings.ts";
import type { OpenRoom } from "./room.ts";
import { type Fate, fateOf, letGo, startAgain } from "./uploads.ts";

/** How often is looked whether a message is still to be sent: ms. */
const LOOK = 500;

/** What the person is told whose files are gone. */
const LOST = "Your files had not all arrived when you left. Choose them again.";
const VOICE_LOST =
  "Your recording is no longer here. Record it again, or send the words alone.";
const REFUSED = "This was not sent, because of a file in it.";

type Say = (answer: ServerFrame) => void;
type Room = Pick<OpenRoom, "state" | "put">;

const underWay = new Set<string>();
/** Messages whose files or recording were sent a second time, as web no longer had them. */
const renewed = new Set<string>();

/** Sends a message with files, unless that is under way; the answer goes to `say`. */
export async function deliver(
  room: Room,
  { clientId }: Pick<Unsent, "clientId">,
  say: Say,
): Promise<void> {
  if (underWay.has(clientId)) return;
  underWay.add(clientId);
  const wanted = () =>
    room.state().unsent.find((one) =>
      one.clientId === clientId && one.status === "sending"
    );
  let uploads: Upload[] = [];
  const watch = setInterval(() => {
    if (!wanted()) { for (const { key } of uploads) letGo(key); }
  }, LOOK);
  try {
    for (let one = wanted(); one; one = wanted()) {
      uploads = one.uploads ?? [];
      const fates = await Promise.all(uploads.map(fateOf));
      const voice = await sendRecording(room.state().roomId, one.voice);
      const now = wanted();
      // One of them was taken back meanwhile, or all of it.
      if (!now || now.uploads !== one.uploads) continue;
      await conclude(room, one, { fates, voice }, say);
      break;
    }
  } finally {
    clearInterval(watch);
    underWay.delete(clientId);
  }
}

async function conclude(
  room: Room,
  one: Unsent,
  { fates, voice }: { fates: Fate[]; voice: VoiceFate },
  say: Say,
) {
  const { uploads, clientId } = one;
  const fail = (message: string, retryable = false, code = "refused") =>
    say({ event: "error", ref: clientId, code, message, retryable });
  const lose = () => {
    room.put({ ...one, uploads: [] });
    fail(LOST);
  };
  /** What else there is stays; words that are all of it go back into the composer. */
  const loseVoice = (sentence: string) => {
    room.put({ ...one, voice: undefined, uploads: uploads ?? [] });
    fail(sentence);
  };
  if (fates.includes("lost") || uploads?.length === 0) return lose();
  if (fates.some((fate) => typeof fate === "object" && "failed" in fate)) {
    const told = (upload: Upload, at: number): Upload => ({
      ...{ failed: undefined, id: undefined },
      ...upload,
      ...fates[at] as object,
    });
    room.put({ ...one, uploads: uploads!.map(told) });
    return fail(REFUSED);
  }
  // The room asks again when it is live again, and now and then.
  if (fates.some((fate) => typeof fate === "string")) return;
  const files = (fates as { id: string }[]).map(({ id }) => id);
  if (voice === "later") return;
  if (voice === "lost") return loseVoice(VOICE_LOST);
  if (voice && "failed" in voice) return loseVoice(voice.failed);
  // From here on any page can send it.
  const whole = uploads?.map((upload, at) => ({
    ...upload,
    ...{ id: files[at], failed: undefined },
  }));
  const ready = { ...one, uploads: whole, voice };
  if (uploads?.some(({ id }) => !id) || voice !== one.voice) room.put(ready);
  const answer = await post(room.state().roomId, ready, files);
  if (!answer) return;
  const { status, said } = answer;
  if (status === 201) {
    const { id, offset, timestamp } = said;
    const { roomId } = room.state();
    say({ event: "message-ack", clientId, id, roomId, offset, timestamp });
    uploads?.forEach(({ key }) => letGo(key));
    if (voice) await forgetSent(voice.clip);
    return;
  }
  const { code, message } = said.error;
  if (code === "file-gone") {
    if (!uploads || !startAgain(uploads)) return lose();
    const again = uploads.map((upload) => ({ ...upload, id: undefined }));
    room.put({ ...one, uploads: again });
    const isFirst = !renewed.has(clientId);
    renewed.add(clientId);
    return fail(message, isFirst, code);
  }
  if (code === "voice-gone" && voice) {
    const again = !renewed.has(clientId) && await renewRecording(voice.clip);
    if (!again) return loseVoice(VOICE_LOST);
    renewed.add(clientId);
    room.put({ ...ready, voice: again });
    return fail(message, true, code);
  }
  fail(message, status === 429 || status >= 500, code);
}

/** What web answers to a message; undefined where that is not for a person to be told. */
async function post(roomId: string, one: Unsent, files: string[]) {
  const { clientId, content, replyTo, voice } = one;
  const said = { clientId, content, replyTo, files, voice };
  try {
    const answer = await fetch("/api/messages", {
      method: "POST",
      headers: { "content-type": "application/json" },
      // Whom it mentions web finds by itself.
      body: JSON.stringify({ roomId, ...said }),
    });
    // The room's connection finds out by itself that the session has ended.
    if (answer.status === 401) return;
    return { status: answer.status, said: await answer.json() };
  } catch {
    // The network is away, or what answered is not web.
    return;
  }
}

/** Takes a file back from a message that is not sent; without any file or word it goes as well. */
export function takeBack(
  room: Room & Pick<OpenRoom, "discard">,
  key: string,
): void {
  const one = room.state().unsent.find(({ uploads }) =>
    uploads?.some((upload) => upload.key === key)
  );
  letGo(key);
  if (!one || one.status === "sent") return;
  const left = one.uploads!.filter((upload) => upload.key !== key);
  if (!left.length && !one.content) return room.discard(one.clientId);
  const uploads = left.length ? left : undefined;
  room.put({ ...one, failed: undefined, reason: undefined, uploads } as Unsent);
}
