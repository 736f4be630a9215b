import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../realtime/common/config-error.ts";
import type { Env } from "../env.ts";
import { readAws } from "./aws-config.ts";
import { ENV } from "./standins/aws.ts";

Deno.test("with nothing set, faces stay here", () => {
  assertEquals(readAws({}), undefined);
  assertEquals(readAws({ AWS_REGION: " " }), undefined);
  assertEquals(readAws({ FACE_MATCH_THRESHOLD: "99" }), undefined);
});

Deno.test("the four variables are enough", () => {
  assertEquals(readAws(ENV), {
    accessKeyId: ENV.AWS_ACCESS_KEY_ID,
    secretAccessKey: ENV.AWS_SECRET_ACCESS_KEY,
    region: "eu-central-1",
    bucket: "chatsphere-selfies",
    matchThreshold: 95,
    rekognitionEndpoint: undefined,
    s3Endpoint: undefined,
  });
});

Deno.test("a service's own endpoint goes before the one of all", () => {
  const aws = readAws({
    ...ENV,
    FACE_MATCH_THRESHOLD: "99.5",
    AWS_ENDPOINT_URL: "http://localhost:4566",
    AWS_ENDPOINT_URL_S3: "https://s3.example",
  });
  assertEquals(aws?.rekognitionEndpoint, "http://localhost:4566/");
  assertEquals(aws?.s3Endpoint, "https://s3.example/");
  assertEquals(aws?.matchThreshold, 99.5);
});

const wrong: [string, Env][] = [
  ...Object.keys(ENV).map((name): [string, Env] => [
    name,
    { ...ENV, [name]: undefined },
  ]),
  ["AWS_ACCESS_KEY_ID", { S3_BUCKET: "selfies" }],
  ["AWS_SECRET_ACCESS_KEY", { AWS_ACCESS_KEY_ID: "key" }],
  ["AWS_REGION", { ...ENV, AWS_REGION: "Frankfurt" }],
  ["S3_BUCKET", { ...ENV, S3_BUCKET: "s3://selfies" }],
  ["S3_BUCKET", { ...ENV, S3_BUCKET: "Selfies" }],
  ["FACE_MATCH_THRESHOLD", { ...ENV, FACE_MATCH_THRESHOLD: "0.95" }],
  ["FACE_MATCH_THRESHOLD", { ...ENV, FACE_MATCH_THRESHOLD: "high" }],
  ["FACE_MATCH_THRESHOLD", { FACE_MATCH_THRESHOLD: "101" }],
  ["AWS_ENDPOINT_URL", { ...ENV, AWS_ENDPOINT_URL: "s3.example" }],
  ["AWS_ENDPOINT_URL_S3", { ...ENV, AWS_ENDPOINT_URL_S3: "http://s3.example" }],
];

for (const [variable, env] of wrong) {
  const given = Object.keys(env).filter((name) => env[name] !== undefined);
  Deno.test(`${variable} is named when it is wrong or missing beside ${given}`, () => {
    const error = assertThrows(() => readAws(env), ConfigError);
    assertEquals(error.variable, variable);
    assertEquals(error.message.includes(ENV.AWS_SECRET_ACCESS_KEY), false);
  });
}
