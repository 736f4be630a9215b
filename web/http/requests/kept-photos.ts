import {
  keepPhotos,
  type KeptPhotos,
  type TakenPhotos,
  takePhotos,
} from "../../accounts/kept-photos.ts";
import { type Failure, filesOf, textOf } from "./forms.ts";

/**
 * The photos of a form: those chosen now, or else those that were kept of it.
 * @param whom the id of the account whose form it is; empty for one that is yet to be made.
 */
export async function photosOf(
  form: FormData,
  whom = "",
): Promise<TakenPhotos> {
  const photos = await filesOf(form, "selfie");
  const taken = await takePhotos(textOf(form, "kept"), whom);
  if (taken && photos.length === 0) return taken;
  return { photos, isKept: false, putBack: () => keepPhotos(photos, whom) };
}

/**
 * Keeps the photos of a form that came back, if its person agreed and they are not what was wrong. A
 * script keeps its own: it asks by `fetch`.
 */
export async function keptFor(
  req: Request,
  failure: Failure,
  hasConsent: boolean,
  taken?: TakenPhotos,
): Promise<KeptPhotos | undefined> {
  if (!taken?.photos.length || !hasConsent || failure.fields.selfie) return;
  const isByScript = req.headers.get("sec-fetch-dest") === "empty";
  return isByScript && !taken.isKept ? undefined : await taken.putBack();
}
