import type { Message, Preview } from "../../realtime/protocol.ts";
import type { Previewed } from "../../realtime/protocol-http.ts";
import { removeFile } from "../files/remove.ts";
import { log } from "../log.ts";
import type { Person } from "../services.ts";
import { firstAddress } from "./address.ts";
import { fetchOutside } from "./fetch-outside.ts";
import {
  keepPicture,
  MOST_BYTES,
  PATIENCE_MS,
  pictureOf,
  type Place,
  type PreviewServices,
} from "./picture.ts";
import { type PageSays, readPage } from "./read-page.ts";
import { hashOf, keepKnown, type Known, readKnown } from "./records.ts";

/**
 * Looks up the page a message links to, if that is not done yet, and tells everybody in the room; and
 * forgets the page it linked to before it was edited.
 *
 * @throws {AppError} `not-found` (404) when the message is gone; what realtime and the stores throw.
 */
export async function lookUp(
  s: PreviewServices,
  { roomId, id, me }: Place,
): Promise<void> {
  const message = await s.realtime.find(me, roomId, id);
  const address = addressOf(message, me);
  const hash = address && await hashOf(address);
  const before = await readKnown(s, roomId, id);
  if (before.value?.hash === hash) return;
  // It links elsewhere now: what hung on the page before goes.
  const shown = message.preview?.address;
  if (shown && shown !== address) {
    await s.realtime.showPreview(roomId, { id, preview: { address: shown } });
  }
  if (before.value?.picture) await removeFile(s, before.value.picture);
  if (!address || !hash) return await s.kv.delete(before.key);
  if (!await keepKnown(s, before, { hash })) return;
  const says = await pageOf(s, address);
  if (!says) return;
  const picture = says.picture &&
    await pictureOf(s, { roomId, id, me }, says.picture);
  const preview = { address, title: says.title, description: says.description };
  await tell(s, { roomId, id, me }, { ...preview, picture }, hash);
}

/** The address of a message's page; of a deleted message, and of somebody else's, there is none. */
const addressOf = (message: Message, me: Person): string | undefined =>
  message.deletedAt === undefined && message.sender.id === me.id
    ? firstAddress(message.content)
    : undefined;

/** What a page says of itself; undefined where it cannot be had. */
export async function pageOf(
  { outside }: Pick<PreviewServices, "outside">,
  address: string,
): Promise<PageSays | undefined> {
  try {
    const { url, type, bytes } = await fetchOutside(outside, new URL(address), {
      accept: "text/html",
      isWanted: (type) => /^(text\/html|application\/xhtml\+xml)\b/.test(type),
      most: MOST_BYTES,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return readPage(bytes, type, url);
  } catch {
    // Whoever wrote the link is told nothing: it would tell what this server can reach.
    return undefined;
  }
}

/** Tells everybody, unless its sender or an edit was faster; else its picture goes. */
async function tell(
  s: PreviewServices,
  { roomId, id }: Place,
  preview: Preview,
  hash: string,
): Promise<void> {
  const picture = preview.picture?.id;
  const known: Known = { hash, ...(picture && { picture }) };
  const now = await readKnown(s, roomId, id);
  const isWanted = now.value?.hash === hash && !now.value.gone &&
    await keepKnown(s, now, known);
  const isShown = isWanted && await show(s, roomId, { id, preview });
  if (!picture) return;
  await keepPicture(s, picture, id);
  if (!isShown) await removeFile(s, picture);
}

/** Whether realtime took it: where it is away, a preview is lost. */
async function show(
  { realtime }: PreviewServices,
  roomId: string,
  previewed: Previewed,
): Promise<boolean> {
  try {
    await realtime.showPreview(roomId, previewed);
    return true;
  } catch (error) {
    log("warn", "preview-not-shown", { error });
    return false;
  }
}
