/** What tests against the stand-ins share. */
import { AppError } from "../../errors.ts";
import { logLine } from "../../../realtime/common/log-line.ts";
import type { AwsConfig } from "../aws-config.ts";
import type { FaceEngine } from "../engine.ts";
import { rekognitionEngine } from "../rekognition.ts";
import { s3Blobs } from "../s3-blobs.ts";
import { type AwsStandIns, startAws } from "./aws.ts";

export interface Stage extends AwsStandIns {
  engine: FaceEngine;
  blobs: ReturnType<typeof s3Blobs>;
}

export interface StageOptions {
  versioned?: boolean;
  /** How the app's configuration differs from a right one. */
  config?: Partial<AwsConfig>;
  /** Milliseconds for a call. */
  deadline?: number;
}

/** A test with stand-ins of its own, and the real SDKs connected to them. */
export function onAws(
  test: (stage: Stage) => Promise<void>,
  { versioned, config, deadline }: StageOptions = {},
) {
  return async () => {
    const aws = startAws({ versioned });
    const wrong = { ...aws.config, ...config };
    const engine = rekognitionEngine(wrong, deadline);
    const blobs = s3Blobs(wrong, deadline);
    try {
      await test({ ...aws, engine, blobs });
    } finally {
      await engine.close();
      await blobs.close();
      await aws.close();
    }
  };
}

/** What a failed call says to the person, and the line it leaves for the operator. */
export async function outcomeOf(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, status, message } = error;
    const line = logLine("web", false, new Date(0), "error", code, { error });
    return { code, status, message, line };
  }
  return { code: "none", status: 200, message: "", line: "" };
}
