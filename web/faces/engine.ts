import type { FaceErrorCode } from "./face-error.ts";

/** What a person's account keeps of her face. */
export interface EnrolledFace {
  /** As `enrol` gave it; only the engine knows what is in it. */
  template: Uint8Array;
  /** The stored picture, for engines that compare pictures; null when it is gone. */
  selfie: () => Promise<Uint8Array | null>;
}

export interface Enrolment {
  template: Uint8Array;
  /** Index of the selfie that stands best for all of them: the one to keep. */
  best: number;
}

export interface Verdict {
  match: boolean;
  /** They match, but not so clearly that the face may open the account without another proof. */
  unclear?: boolean;
  /** Degrees the head is turned to the person's own left; negative: to the right. */
  yaw: number;
  /**
   * How far the tip of the nose lies beside the middle of the face, in the direction of the yaw,
   * if the engine says: a nose that stands out moves with a turn, a printed one hardly does.
   */
  nose?: number;
  /** The live face, for another photo to be compared with. */
  face: EnrolledFace;
  /** How unlike the faces are, on the engine's own scale, if it says. */
  distance?: number;
}

/**
 * Recognises one person by her face. Photos are JPEG files as they were uploaded.
 * Answers "is this the person who enrolled", and never "who is this".
 */
export interface FaceEngine {
  /** Where faces are looked at: people agree to one of these, and it is stored with them. */
  readonly name: "local" | "rekognition";
  /**
   * Makes a template from one to three selfies of one person.
   * @throws FaceError when a photo cannot be used or they do not match each other
   * @throws AppError 503 when the engine is busy or out of order
   */
  enrol(selfies: Uint8Array[]): Promise<Enrolment>;
  /**
   * Compares a live selfie with one enrolled face. The yaw is right for a photo that is not
   * mirrored, as cameras take it.
   * @param purpose "turned": the head was asked to turn aside, and may be further than straight
   * @throws FaceError when the live photo cannot be used, or face-missing
   * @throws AppError 503 when the engine is busy or out of order
   */
  verify(
    enrolled: EnrolledFace,
    live: Uint8Array,
    purpose?: "verify" | "turned",
  ): Promise<Verdict>;
  /**
   * What a photo would be refused for that is taken as a frame of the camera is, a third as wide as
   * the photo; null: nothing that is seen on it; undefined: it was not looked at, since photos come
   * first. It says nothing about whose face it is, is looked at on this machine whatever the engine,
   * and keeps nothing.
   * @throws FaceError `image-…` when it is no frame
   */
  flawOf?(frame: Uint8Array): Promise<FaceErrorCode | null | undefined>;
  /** How many photos wait for their turn, where they have to. */
  waiting?(): number;
  /** Frees what the engine holds; calls under way fail with AppError 503. */
  close(): Promise<void>;
}
