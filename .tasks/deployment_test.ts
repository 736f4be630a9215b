/** The deployment page against the code: what an operator reads there must be so. */
import { assert, assertEquals } from "@std/assert";
import { readConfig as readRealtime } from "../realtime/config.ts";
import { readConfig as readTranscriber } from "../transcriber/config/config.ts";
import { readConfig as readWeb } from "../web/config.ts";
import { join } from "./paths.ts";
import { root } from "./services.ts";

const page = await Deno.readTextFile(join(root, "web/DEPLOYMENT.md"));
const readme = await Deno.readTextFile(join(root, "README.md"));

/** What makes each service read the variables it does not read otherwise. */
const EVERYTHING: Record<string, string> = {
  DENO_KV_PATH: "https://kv.invalid",
  DENO_KV_ACCESS_TOKEN: "token",
  AWS_ACCESS_KEY_ID: "AKIA5TESTTESTTEST123",
  AWS_SECRET_ACCESS_KEY: "0123456789abcdef0123456789abcdef01234567",
  AWS_REGION: "eu-central-1",
  S3_BUCKET: "chat-selfies",
  K_SERVICE: "transcriber",
  GOOGLE_CLOUD_PROJECT: "chat-123456",
  GCS_BUCKET: "chat-clips",
  SHERPA_MODEL_DIR: "/models",
  TRANSCRIBE_API_URL: "http://localhost:8000/v1",
  RETENTION_DAYS: "30",
};
/** For stand-ins, or set by the platform itself. */
const NOT_OURS = /_STANDIN$|^AWS_ENDPOINT_URL|^K_SERVICE$|^DENO_DEPLOYMENT_ID$/;
/** Read by Deno, by the logs, and by what starts web. */
const ELSEWHERE = /^(DENO_ENV|HOST|OTEL_.*)$/;

function askedBy(read: (env: Record<string, string>) => unknown): Set<string> {
  const asked = new Set<string>();
  for (const env of [{}, EVERYTHING]) {
    read(
      new Proxy(env, {
        get(variables, name) {
          asked.add(String(name));
          return Reflect.get(variables, name);
        },
      }),
    );
  }
  return new Set([...asked].filter((name) => !NOT_OURS.test(name)));
}

const asked = {
  web: askedBy(readWeb),
  realtime: askedBy(readRealtime),
  transcriber: askedBy(readTranscriber),
};

/** The names in the first cell of each row, and the other cells. */
const rowsOf = (text: string) =>
  text.split("\n").filter((line) => /^\| `[A-Z]/.test(line)).map((line) => {
    const [first, ...cells] = line.split("|").slice(1, -1);
    const names = [...first.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, n]) => n);
    return { names, cells: cells.map((cell) => cell.trim()) };
  });

const section = (text: string, title: string) =>
  text.slice(text.indexOf(`\n## ${title}\n`)).split(/\n## /)[1];

const rows = rowsOf(section(page, "Variables"));
const named = new Set(rows.flatMap(({ names }) => names));

Deno.test("the deployment page names every variable a service reads, and no other", () => {
  const read = new Set(Object.values(asked).flatMap((names) => [...names]));
  const ours = [...named].filter((name) => !ELSEWHERE.test(name));
  assertEquals(ours.sort(), [...read].sort());
});

Deno.test("a service with a tick beside a variable reads it", () => {
  for (const { names, cells } of rows) {
    for (
      const [i, service] of (["web", "realtime", "transcriber"] as const)
        .entries()
    ) {
      if (!cells[i]) continue;
      for (const name of names.filter((name) => !ELSEWHERE.test(name))) {
        assert(asked[service].has(name), `${service} does not read ${name}`);
      }
    }
  }
});

Deno.test("the README names no variable the deployment page does not", () => {
  const names = rowsOf(section(readme, "Configure it"))
    .flatMap(({ names }) => names);
  assert(names.length > 20);
  assertEquals(names.filter((name) => !named.has(name)), []);
});

/** Statements of the AWS policy and the permissions of Google's roles on the page. */
const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)]
  .map(([, json]) => JSON.parse(json));

/** The methods of an SDK's client that the code calls. */
async function callsIn(...files: string[]): Promise<string[]> {
  const calls = new Set<string>();
  for (const file of files) {
    const source = await Deno.readTextFile(join(root, file));
    for (const [, name] of source.matchAll(/\bclient\s*\.(\w+)\(/g)) {
      calls.add(name[0].toUpperCase() + name.slice(1));
    }
  }
  return [...calls].sort();
}

/** What S3 asks for an upload in parts, where that is called otherwise. */
const UPLOADS: Record<string, string> = {
  CreateMultipartUpload: "s3:PutObject",
  CompleteMultipartUpload: "s3:PutObject",
  ListMultipartUploads: "s3:ListBucketMultipartUploads",
};

Deno.test("the AWS policy allows what is called, and nothing else", async () => {
  const [{ Statement }] = blocks.filter(({ Statement }) => Statement);
  const allowed: string[] = Statement.flatMap(
    ({ Action }: { Action: string | string[] }) => Action,
  );
  const called = [
    ...(await callsIn("web/faces/rekognition.ts"))
      .map((name) => `rekognition:${name}`),
    ...(await callsIn("web/faces/s3-blobs.ts", "web/faces/s3-service.ts"))
      // Only where a bucket keeps versions, which the page says it must not.
      .filter((name) => name !== "ListObjectVersions")
      .map((name) => `s3:${name}`),
    ...(await callsIn("web/files/s3-store.ts"))
      .filter((name) => name.includes("MultipartUpload"))
      .map((name) => UPLOADS[name] ?? `s3:${name}`)
      .filter((name) => name !== "s3:PutObject"),
    // Not called: it makes S3 tell what is missing from what is forbidden.
    "s3:ListBucket",
  ];
  assertEquals(allowed.sort(), called.sort());
});

/** A file, what is called in it, and the permission Google asks for that. */
const GOOGLE: [file: string, call: RegExp, permission: string][] = [
  [
    "recognizers/google/google.ts",
    /client\.longRunningRecognize\(/,
    "speech.recognizers.recognize",
  ],
  [
    "recognizers/google/google.ts",
    /operation\.promise\(/,
    "speech.operations.get",
  ],
  [
    "recognizers/google/google.ts",
    /operation\.cancel\(/,
    "speech.operations.cancel",
  ],
  ["clips/gcs-bucket.ts", /bucket\.getMetadata\(/, "storage.buckets.get"],
  ["clips/gcs-bucket.ts", /bucket\.setMetadata\(/, "storage.buckets.update"],
  ["clips/gcs.ts", /file\.save\(/, "storage.objects.create"],
  ["clips/gcs.ts", /\.download\(/, "storage.objects.get"],
  ["clips/gcs.ts", /\.delete\(/, "storage.objects.delete"],
  // Not called: without it what is missing is answered as forbidden.
  ["clips/gcs-errors.ts", /isNoObject/, "storage.objects.list"],
];

Deno.test("Google's roles allow what is called, and nothing else", async () => {
  for (const [file, call] of GOOGLE) {
    const source = await Deno.readTextFile(join(root, "transcriber", file));
    assert(call.test(source), `${call} in ${file}`);
  }
  const allowed: string[] = blocks.flatMap(({ includedPermissions = [] }) =>
    includedPermissions
  );
  assertEquals(
    allowed.sort(),
    GOOGLE.map(([, , permission]) => permission).sort(),
  );
});
