/** Face matching and the pictures it leaves behind. Loading this loads no network. */
export { type Blobs } from "./blobs.ts";
export { jpegFromDataUrl } from "./data-url.ts";
export type { EnrolledFace, Enrolment, FaceEngine, Verdict } from "./engine.ts";
export { FaceError, type FaceErrorCode } from "./face-error.ts";
export { folderBlobs } from "./folder-blobs.ts";
export { localFaceEngine } from "./local.ts";
export { rekognitionEngine } from "./rekognition.ts";
export { s3Blobs } from "./s3-blobs.ts";
export { stripMetadata } from "./strip-metadata.ts";
