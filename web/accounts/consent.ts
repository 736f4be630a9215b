import type { FaceEngine } from "../services.ts";

export interface Consent {
  /** Stored with the time the person agreed; begins with the engine's name. */
  version: string;
  text: string;
}

/**
 * What people agree to when their face is enrolled, by the engine that looks at it. Change a
 * text and its version together.
 */
const CONSENTS: Record<FaceEngine["name"], Consent> = {
  local: {
    version: "local-2026-11-22.2",
    text:
      "I agree that ChatSphere measures my face in this photo and compares it with my face each time I sign in. The measurements and the photo are kept on this server only, and I can delete both at any time in my account.",
  },
  rekognition: {
    version: "rekognition-2026-11-25",
    text:
      "I agree that ChatSphere sends this photo, and new ones each time I sign in, to Amazon Rekognition, a service of Amazon Web Services, which compares my face in them. One photo is kept in Amazon S3, and I can delete it at any time in my account.",
  },
};

/** The text to show beside the consent box, word for word. */
export function consentFor(faces: Pick<FaceEngine, "name">): Consent {
  return CONSENTS[faces.name];
}

/** Whether someone who agreed to the text of `version` agreed to this engine. */
export function agreedTo(
  faces: Pick<FaceEngine, "name">,
  version: string,
): boolean {
  return version.startsWith(`${faces.name}-`);
}
