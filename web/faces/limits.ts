/**
 * What the photo is for. Enrolling asks for more than verifying, since every sign-in depends on
 * it; "turned" is to be verified too, of a head that was asked to turn aside.
 */
export type Purpose = "enrol" | "verify" | "turned";

/** How far the head may be from straight, in degrees. */
export const POSE_LIMITS: Record<
  Purpose,
  { yaw: number; pitch: number; roll: number }
> = {
  enrol: { yaw: 25, pitch: 25, roll: 30 },
  verify: { yaw: 35, pitch: 30, roll: 40 },
  turned: { yaw: 45, pitch: 30, roll: 40 },
};

/** Pixels between the eyes: fewer, and what is compared is mostly interpolation. */
export const MIN_EYE_DISTANCE = 40;
/** A face this much smaller than the largest is somebody in the background. */
export const SIGNIFICANT = 0.4;
/** Share of the face's width or height that may lie outside the picture. */
export const MAX_CUT = 0.1;
/** Selfies of one enrolment. */
export const MAX_SELFIES = 3;
