import { assertEquals, assertThrows } from "@std/assert";
import type { FaceDetail } from "@aws-sdk/client-rekognition";
import { FaceError } from "./face-error.ts";
import {
  checkAttributes,
  chooseSeenFace,
  merit,
  uprightSize,
  yawOf,
} from "./rekognition-quality.ts";
import { END, exif, frame, jpegOf, SCAN } from "./test-jpegs.ts";

const SIZE = { width: 640, height: 480 };

/** A face as Rekognition describes a good selfie. */
function face(change: FaceDetail = {}): FaceDetail {
  return {
    BoundingBox: { Left: 0.35, Top: 0.25, Width: 0.3, Height: 0.5 },
    Confidence: 99.9,
    Pose: { Yaw: 2, Pitch: -4, Roll: 1 },
    Quality: { Brightness: 70, Sharpness: 80 },
    Landmarks: [
      { Type: "eyeLeft", X: 0.43, Y: 0.45 },
      { Type: "eyeRight", X: 0.57, Y: 0.45 },
    ],
    EyesOpen: { Value: true, Confidence: 99 },
    FaceOccluded: { Value: false, Confidence: 99 },
    Sunglasses: { Value: false, Confidence: 99 },
    ...change,
  };
}

function refusal(faces: FaceDetail[], purpose: "enrol" | "verify"): string {
  try {
    checkAttributes(chooseSeenFace(faces, SIZE, purpose));
    return "none";
  } catch (error) {
    if (error instanceof FaceError) return error.code;
    throw error;
  }
}

const small = { Left: 0, Top: 0, Width: 0.1, Height: 0.15 };
const closeEyes = [
  { Type: "eyeLeft" as const, X: 0.48, Y: 0.45 },
  { Type: "eyeRight" as const, X: 0.52, Y: 0.45 },
];
const no = { Value: false, Confidence: 99 };
const yes = { Value: true, Confidence: 99 };

/** What is seen → the refusal at enrolment, and at sign-in. */
const CASES: [string, FaceDetail[], string, string][] = [
  ["a good selfie", [face()], "none", "none"],
  ["nobody", [], "face-none", "face-none"],
  ["a maybe", [face({ Confidence: 60 })], "face-none", "face-none"],
  ["two people", [face(), face()], "face-many", "face-many"],
  [
    "somebody far behind",
    [face({ BoundingBox: small }), face()],
    "none",
    "none",
  ],
  ["a tiny face", [face({ Landmarks: closeEyes })], "face-small", "face-small"],
  [
    "half a face",
    [face({ BoundingBox: { Left: -0.1, Top: 0.2, Width: 0.3, Height: 0.5 } })],
    "face-cut",
    "face-cut",
  ],
  [
    "a face at the bottom",
    [face({ BoundingBox: { Left: 0.3, Top: 0.7, Width: 0.3, Height: 0.5 } })],
    "face-cut",
    "face-cut",
  ],
  [
    "a head half turned",
    [face({ Pose: { Yaw: -30, Pitch: 0, Roll: 0 } })],
    "face-turned",
    "none",
  ],
  [
    "a look at the floor",
    [face({ Pose: { Yaw: 0, Pitch: -50, Roll: 0 } })],
    "face-turned",
    "face-turned",
  ],
  [
    "a tilted head",
    [face({ Pose: { Yaw: 0, Pitch: 0, Roll: 60 } })],
    "face-turned",
    "face-turned",
  ],
  [
    "darkness",
    [face({ Quality: { Brightness: 5, Sharpness: 80 } })],
    "face-dark",
    "face-dark",
  ],
  [
    "glare",
    [face({ Quality: { Brightness: 99.5, Sharpness: 80 } })],
    "face-bright",
    "face-bright",
  ],
  [
    "a soft picture",
    [face({ Quality: { Brightness: 70, Sharpness: 10 } })],
    "face-blurred",
    "none",
  ],
  ["closed eyes", [face({ EyesOpen: no })], "face-eyes", "face-eyes"],
  ["a mask", [face({ FaceOccluded: yes })], "face-covered", "face-covered"],
  ["sunglasses", [face({ Sunglasses: yes })], "face-covered", "face-covered"],
  [
    "eyes that may be closed",
    [face({ EyesOpen: { Value: false, Confidence: 55 } })],
    "none",
    "none",
  ],
];

for (const [what, faces, enrol, verify] of CASES) {
  Deno.test(`Rekognition sees ${what}: ${enrol} to enrol, ${verify} to sign in`, () => {
    assertEquals(refusal(faces, "enrol"), enrol);
    assertEquals(refusal(faces, "verify"), verify);
  });
}

const missing: (keyof FaceDetail)[] = [
  "BoundingBox",
  "Confidence",
  "Pose",
  "Quality",
  "Landmarks",
  "EyesOpen",
  "FaceOccluded",
  "Sunglasses",
];

for (const name of missing) {
  Deno.test(`an answer without ${name} does not pass for a good one`, () => {
    const seen = face({ [name]: undefined });
    assertThrows(() => refusal([seen], "enrol"), Error, "lacks a figure");
  });
}

/** Where the eyes and the nose are across the picture, and Yaw, in answers Amazon publishes. */
const PUBLISHED: [left: number, right: number, nose: number, yaw: number][] = [
  [0.0686, 0.104, 0.0967, 20.3],
  [0.461, 0.5221, 0.4973, 3.6],
  [0.6204, 0.6777, 0.6428, -3.7],
];

Deno.test("yaw is positive when the nose points to the person's own left", () => {
  for (const [left, right, nose, Yaw] of PUBLISHED) {
    const yaw = yawOf({ Pose: { Yaw } });
    assertEquals(Math.sign(yaw), Math.sign(nose - (left + right) / 2));
  }
});

Deno.test("the picture worth keeping is sharp and looks straight ahead", () => {
  const soft = face({ Quality: { Brightness: 70, Sharpness: 40 } });
  const aside = face({ Pose: { Yaw: 20, Pitch: 4, Roll: 0 } });
  assertEquals(merit(face()) > merit(soft), true);
  assertEquals(merit(face()) > merit(aside), true);
});

Deno.test("a photo taken sideways is measured upright", () => {
  const photo = (orientation: number) =>
    jpegOf(exif(orientation), frame(640, 480), SCAN, END);
  assertEquals(uprightSize(photo(1)), SIZE);
  assertEquals(uprightSize(photo(6)), { width: 480, height: 640 });
});
