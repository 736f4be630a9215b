/** Both stand-ins together, and the environment that leads a server to them. */
import type { AwsConfig } from "../aws-config.ts";
import { type RekognitionStandIn, startRekognition } from "./rekognition.ts";
import { type S3StandIn, startS3 } from "./s3.ts";

export const ENV = {
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  AWS_REGION: "eu-central-1",
  S3_BUCKET: "chatsphere-selfies",
};

const SIGNER = {
  accessKeyId: ENV.AWS_ACCESS_KEY_ID,
  secretAccessKey: ENV.AWS_SECRET_ACCESS_KEY,
  region: ENV.AWS_REGION,
};

export interface AwsStandIns {
  rekognition: RekognitionStandIn;
  s3: S3StandIn;
  /** What to start a server with. */
  env: Record<string, string>;
  config: AwsConfig;
  close(): Promise<void>;
}

/** Starts both on free ports. */
export function startAws(options?: { versioned?: boolean }): AwsStandIns {
  const rekognition = startRekognition(SIGNER);
  const s3 = startS3(SIGNER, ENV.S3_BUCKET, options);
  return {
    rekognition,
    s3,
    env: {
      ...ENV,
      AWS_ENDPOINT_URL_REKOGNITION: rekognition.url,
      AWS_ENDPOINT_URL_S3: s3.url,
    },
    config: {
      ...SIGNER,
      bucket: ENV.S3_BUCKET,
      matchThreshold: 95,
      rekognitionEndpoint: rekognition.url,
      s3Endpoint: s3.url,
    },
    async close() {
      await rekognition.close();
      await s3.close();
    },
  };
}

if (import.meta.main) {
  const { env } = startAws();
  for (const [name, value] of Object.entries(env)) {
    console.log(`${name}=${value}`);
  }
}
