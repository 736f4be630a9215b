import { AppError } from "../errors.ts";
import { removeFile } from "../files/remove.ts";
import type { Person } from "../services.ts";
import type { PreviewServices } from "./picture.ts";
import { hashOf, keepKnown, readKnown } from "./records.ts";

/**
 * Takes a preview away for everybody, with its picture; it does not come back. Done twice it is done
 * once.
 *
 * @throws {AppError} `forbidden` (403) to anybody but the message's sender; what realtime throws.
 */
export async function removePreview(
  s: PreviewServices,
  me: Person,
  roomId: string,
  id: string,
): Promise<void> {
  const { sender, preview } = await s.realtime.find(me, roomId, id);
  if (sender.id !== me.id) {
    throw new AppError({
      code: "forbidden",
      status: 403,
      message: "Only the person who wrote a message can remove its preview.",
    });
  }
  if (!preview) return;
  const { address, picture } = preview;
  const hash = await hashOf(address);
  while (
    !await keepKnown(s, await readKnown(s, roomId, id), { hash, gone: true })
  );
  await s.realtime.showPreview(roomId, { id, preview: { address } });
  if (picture) await removeFile(s, picture.id);
}
