/** Finds the faces of a picture, also of one that was handed over sideways or upside down. */
import { findFaces, withoutEchoes } from "./detector.ts";
import { type Face, measureFace } from "./mesh.ts";
import type { Models } from "./models.ts";
import { type Picture, turnPicture } from "./picture.ts";

/** A picture as its people stand in it, and their faces, surest first. */
export interface Upright {
  picture: Picture;
  faces: Face[];
}

/** How sure the detector is of most upright faces, and of no upside-down one that was tried. */
const SURE = 0.87;
/** Degrees a head may be tilted; beyond, the picture lies on its side. */
const MAX_TILT = 50;

/**
 * The faces of a picture. Where they do not clearly stand upright, the picture is looked at from
 * its other sides too, and the side from which a face is seen best counts.
 */
export async function uprightFaces(
  models: Models,
  picture: Picture,
): Promise<Upright> {
  let best = await look(models, picture);
  if (best.sureness >= SURE) return best;
  for (const quarters of [1, 2, 3] as const) {
    const side = await look(models, turnPicture(picture, quarters));
    if (side.sureness > best.sureness) best = side;
  }
  return best;
}

async function look(models: Models, picture: Picture) {
  const faces: Face[] = [];
  let sureness = 0;
  for (const found of await findFaces(models, picture)) {
    const face = await measureFace(models, picture, found);
    if (!face) continue;
    faces.push(face);
    const stands = Math.abs(face.roll) <= MAX_TILT;
    if (stands) sureness = Math.max(sureness, found.score);
  }
  return { picture, faces: withoutEchoes(faces), sureness };
}
