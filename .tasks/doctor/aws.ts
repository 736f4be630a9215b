import { type AwsConfig, readAws } from "../../web/faces/aws-config.ts";
import { encodeJpeg } from "../../web/faces/codec.ts";
import { rekognitionEngine } from "../../web/faces/rekognition.ts";
import { s3Blobs } from "../../web/faces/s3-blobs.ts";
import {
  ended,
  type Env,
  type Finding,
  note,
  ok,
  reasonOf,
  text,
  wrong,
} from "./finding.ts";

/** Faces and pictures on AWS, by the very engines web uses. */
export async function checkAws(env: Env): Promise<Finding[]> {
  const aws = awsOf(env);
  if (aws === undefined) return []; // told with the variables
  if (aws === null && text(env, "DENO_DEPLOYMENT_ID")) {
    return [wrong(
      "AWS_ACCESS_KEY_ID",
      "AWS_ACCESS_KEY_ID is unset, and Deno Deploy keeps no files: pictures of faces would be lost. Set the four AWS variables.",
    )];
  }
  if (aws === null) {
    return [note(
      "AWS_ACCESS_KEY_ID",
      "Unset: faces are compared on web's own machine, and pictures are in DATA_DIR.",
    )];
  }
  return (await Promise.all([checkRekognition(aws), checkS3(aws)])).flat();
}

function awsOf(env: Env): AwsConfig | null | undefined {
  try {
    return readAws(env) ?? null;
  } catch (error) {
    if (error instanceof Error && error.name === "ConfigError") {
      return undefined;
    }
    throw error;
  }
}

/** A grey picture. Rekognition finds no face in it; that it says so shows that our keys are good. */
async function checkRekognition(aws: AwsConfig): Promise<Finding[]> {
  const side = 320;
  const data = new Uint8ClampedArray(side * side * 4).fill(128);
  const grey = await encodeJpeg({ width: side, height: side, data });
  const engine = rekognitionEngine(aws);
  try {
    await engine.verify({
      template: new Uint8Array(),
      selfie: () => Promise.resolve(grey),
    }, grey);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "FaceError") {
      return [failed("Rekognition", error)];
    }
  } finally {
    await engine.close();
  }
  return [ok("Rekognition", "It answers CompareFaces and DetectFaces.")];
}

async function checkS3(aws: AwsConfig): Promise<Finding[]> {
  const blobs = s3Blobs(aws);
  const key = `doctor/${crypto.randomUUID()}`;
  try {
    await blobs.put(key, new TextEncoder().encode("doctor"), "text/plain");
    await blobs.get(key);
    await blobs.delete(key);
    return [ok("S3_BUCKET", "Pictures can be put, read and deleted.")];
  } catch (error) {
    return [failed("S3_BUCKET", error)];
  } finally {
    await blobs.close();
  }
}

/** The engines tell the person little and the operator, in the cause, what to look at. */
function failed(about: string, error: unknown): Finding {
  const report = error instanceof Error && error.cause instanceof Error
    ? error.cause
    : error;
  const reason = ended(reasonOf(report));
  return wrong(
    about,
    reason.startsWith(about) ? reason : `${about}: ${reason}`,
  );
}
