/** Rekognition's eyes in the stand-in: the local engine's networks, answering in its terms. */
import type { FaceDetail } from "@aws-sdk/client-rekognition";
import { decodeJpeg } from "../codec.ts";
import { alignFace, CHIP_SIZE, describeFace } from "../descriptor.ts";
import { findFaces } from "../detector.ts";
import { type Face, measureFace } from "../mesh.ts";
import { loadModels, type Models } from "../models.ts";
import type { Picture } from "../picture.ts";
import { greyscale, sharpness } from "../quality.ts";

export interface SeenByStandIn {
  detail: FaceDetail;
  descriptor: Float32Array;
}

/** FaceMesh's corners of the eyes. */
const EYES = { eyeLeft: [33, 133], eyeRight: [362, 263] } as const;

let models: Promise<Models> | undefined;

/** The faces of a JPEG, largest first. @throws Error when it cannot be decoded */
export async function seeFaces(jpeg: Uint8Array): Promise<SeenByStandIn[]> {
  models ??= loadModels();
  const networks = await models;
  const picture = await decodeJpeg(jpeg);
  const faces: SeenByStandIn[] = [];
  for (const found of await findFaces(networks, picture)) {
    const face = await measureFace(networks, picture, found);
    if (face) faces.push(await lookAt(networks, picture, face));
  }
  return faces.toSorted((a, b) => widthOf(b) - widthOf(a));
}

const widthOf = ({ detail }: SeenByStandIn) => detail.BoundingBox?.Width ?? 0;

async function lookAt(
  networks: Models,
  picture: Picture,
  face: Face,
): Promise<SeenByStandIn> {
  const chip = alignFace(picture, face);
  const grey = greyscale(chip);
  const brightness = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  const { width, height } = picture;
  return {
    descriptor: await describeFace(networks, picture, face),
    detail: {
      BoundingBox: {
        Left: face.left / width,
        Top: face.top / height,
        Width: (face.right - face.left) / width,
        Height: (face.bottom - face.top) / height,
      },
      Confidence: 99.9,
      Pose: { Yaw: face.yaw, Pitch: face.pitch, Roll: face.roll },
      Quality: {
        Brightness: brightness / 2.55,
        Sharpness: Math.min(100, sharpness(grey, CHIP_SIZE)),
      },
      Landmarks: Object.entries(EYES).map(([Type, [a, b]]) => ({
        Type: Type as keyof typeof EYES,
        X: (face.points[a][0] + face.points[b][0]) / 2 / width,
        Y: (face.points[a][1] + face.points[b][1]) / 2 / height,
      })),
    },
  };
}

/** Per cent of similarity: 95 at the local engine's threshold, falling steeply beyond it. */
export function similarityOf(distance: number): number {
  return 100 / (1 + Math.exp((distance - 1.1) * Math.log(19) / 0.1));
}
