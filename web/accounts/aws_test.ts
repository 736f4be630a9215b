/** Accounts whose faces are on AWS: whatever fails there, all of a step happens or none of it. */
import { assert, assertEquals } from "@std/assert";
import { readConfig } from "../config.ts";
import { startAws } from "../faces/standins/aws.ts";
import type { Fault } from "../faces/standins/faults.ts";
import {
  onAws,
  outcomeOf,
  type Stage as AwsStage,
  type StageOptions,
} from "../faces/standins/testing.ts";
import { seeFaces } from "../faces/standins/vision.ts";
import { selfieOf } from "../faces/test-photos.ts";
import { createServices } from "../open-services.ts";
import { findAccountByEmail } from "./accounts.ts";
import { deleteAccount } from "./delete-account.ts";
import { checkFace, deleteFace, replaceFace } from "./faces.ts";
import { askedTurn, type LivenessSetting } from "./liveness.ts";
import { createPendingLogin } from "./pending-logins.ts";
import { sweepPictures } from "./pictures.ts";
import { register } from "./register.ts";
import { signInWithFace } from "./sign-in.ts";
import { type AccountRecord, changeAccount, keys } from "./store.ts";
import { codeOf, everythingIn, IP, registrationOf } from "./testing.ts";

type Stage = AwsStage & { s: ReturnType<typeof servicesOf> };

function servicesOf(kv: Deno.Kv, { engine, blobs }: AwsStage) {
  const config: LivenessSetting["config"] = { faceLiveness: "off" };
  return { config, kv, faces: engine, blobs };
}

function onStage(
  test: (stage: Stage) => Promise<void>,
  options?: StageOptions,
) {
  return onAws(async (aws) => {
    using kv = await Deno.openKv(":memory:");
    await test({ ...aws, s: servicesOf(kv, aws) });
  }, options);
}

const adasRegistration = async () => ({
  ...registrationOf("Ada"),
  selfies: [await selfieOf("ada")],
});

const denied: Fault = { code: "AccessDenied", status: 403 };

Deno.test(
  "on AWS, a face enrols, signs in, refuses another and is deleted with its picture",
  onStage(async ({ s, s3 }) => {
    const ada = await register(s, await adasRegistration());
    assertEquals(s3.versions.length, 1);
    assert(s3.versions[0].key.startsWith(`selfies/${ada.id}/`));
    const { token } = await createPendingLogin(s, ada.id);
    const other = signInWithFace(s, token, await selfieOf("grace"), IP);
    assertEquals(await codeOf(other), "face-mismatch");
    const live = await selfieOf("ada", "second");
    assert((await signInWithFace(s, token, live, IP)).token);
    await deleteFace(s, ada.id);
    assertEquals(s3.versions, []);
    assertEquals(await codeOf(checkFace(s, ada.id, live, IP)), "no-face");
  }, { versioned: true }),
);

Deno.test(
  "on AWS, a head that turns as asked signs in, and one that does not is refused",
  onStage(async ({ s }) => {
    s.config.faceLiveness = "turn";
    const ada = await register(s, await adasRegistration());
    const { token } = await createPendingLogin(s, ada.id);
    const straight = await selfieOf("ada", "second");
    const flat = signInWithFace(s, token, straight, IP, straight);
    assertEquals(await codeOf(flat), "liveness-failed");
    const turn = await askedTurn(s, ada.id);
    assert(turn);
    const turned = await selfieOf("ada", turn);
    const session = await signInWithFace(s, token, straight, IP, turned);
    assert(session.token);
  }),
);

/** Where a registration can fail, and what the person is told. */
const STEPS: [string, string, Fault, string][] = [
  ["rekognition", "DetectFaces", denied, "faces-misconfigured"],
  ["rekognition", "DetectFaces", "silence", "faces-unavailable"],
  ["s3", "PUT object", denied, "pictures-misconfigured"],
  ["s3", "PUT object", "silence", "pictures-unavailable"],
  ["s3", "PUT object", "late", "pictures-unavailable"],
  ["s3", "PUT object", "overtaken", "pictures-unavailable"],
];

for (const [service, operation, fault, code] of STEPS) {
  const what = typeof fault === "object" ? fault.code : fault;
  Deno.test(
    `on AWS, a registration that meets ${what} at ${operation} leaves nothing behind`,
    onStage(async ({ s, s3, rekognition }) => {
      const registration = await adasRegistration();
      // The stand-in's networks load on first use: not within the short deadline.
      await seeFaces(registration.selfies[0]);
      const { faults } = service === "s3" ? s3 : rekognition;
      faults.always(operation, fault);
      assertEquals(await codeOf(register(s, registration)), code);
      assertEquals(await findAccountByEmail(s, registration.email), null);
      await sweepPictures(s);
      assertEquals(await everythingIn(s.kv), "");
      assertEquals(s3.versions, []);
      faults.always(operation, null);
      await register(s, registration);
      assertEquals(s3.versions.length, 1);
    }, { deadline: 3000 }),
  );
}

Deno.test(
  "on AWS, no fault makes a session, and none counts as an attempt",
  onStage(async ({ s, s3, rekognition }) => {
    const ada = await register(s, await adasRegistration());
    const { token } = await createPendingLogin(s, ada.id);
    const before = await everythingIn(s.kv);
    const live = await selfieOf("ada", "second");
    const attempt = () => codeOf(signInWithFace(s, token, live, IP));

    rekognition.faults.always("CompareFaces", denied);
    assertEquals(await attempt(), "faces-misconfigured");
    rekognition.faults.always("CompareFaces", null);
    s3.faults.always("GET object", { code: "SlowDown", status: 503 });
    assertEquals(await attempt(), "busy");
    s3.faults.always("GET object", null);
    await s.blobs.delete(s3.versions[0].key);
    assertEquals(await attempt(), "face-missing");

    const after = await everythingIn(s.kv);
    assert(!after.includes('"sessions"'));
    assertEquals(after.includes('"faceAttemptsLeft":5'), true);
    assertEquals(before.includes('"faceAttemptsLeft":5'), true);
  }),
);

Deno.test(
  "on AWS, only who has an account is told of the code that may take the face's place",
  onStage(async ({ s, rekognition }) => {
    const ada = await register(s, await adasRegistration());
    rekognition.faults.always("CompareFaces", denied);
    rekognition.faults.always("DetectFaces", denied);
    const grace = {
      ...registrationOf("Grace"),
      selfies: [await selfieOf("grace")],
    };
    const live = await selfieOf("ada", "second");
    const check = () => outcomeOf(checkFace(s, ada.id, live, IP));
    const registering = (await outcomeOf(register(s, grace))).message;
    assertEquals(
      (await check()).message,
      `${registering} You can also use an e-mail code.`,
    );
    assertEquals((await check()).status, 503);
    await changeAccount(
      s.kv,
      ada.id,
      (record) => ({ ...record, faceFirst: true }),
    );
    assertEquals((await check()).message, registering);
  }),
);

Deno.test(
  "on AWS, a replacement that fails leaves the old face in force",
  onStage(async ({ s, s3 }) => {
    const ada = await register(s, await adasRegistration());
    const [kept] = s3.versions;
    s3.faults.always("PUT object", denied);
    const call = replaceFace(s, ada.id, [await selfieOf("ada", "second")]);
    assertEquals(await codeOf(call), "pictures-misconfigured");
    assertEquals(s3.versions, [kept]);
    await checkFace(s, ada.id, await selfieOf("ada", "second"), IP);
  }),
);

Deno.test(
  "on AWS, a picture that could not be deleted with its account is deleted by the next sweep",
  onStage(async ({ s, s3 }) => {
    const ada = await register(s, await adasRegistration());
    s3.faults.always("DELETE object", denied);
    // Ada is in no room, so there is nobody to tell.
    const realtime = {} as Parameters<typeof deleteAccount>[0]["realtime"];
    await deleteAccount({ ...s, realtime }, ada.id);
    assertEquals(s3.versions.length, 1);
    s3.faults.always("DELETE object", null);
    assertEquals(await sweepPictures(s), 1);
    assertEquals(s3.versions, []);
    await s.kv.delete(keys.erasure(ada.id));
    // That there was an account is kept for its time, and nothing else of it.
    const kept = (await everythingIn(s.kv)).split("\n")
      .filter((line) => !/^\[\["(audit|renamings)"/.test(line));
    assertEquals(kept, []);
  }),
);

Deno.test(
  "nobody's face goes to Amazon who agreed to another engine",
  onStage(async ({ s, s3, rekognition }) => {
    const ada = await register(s, await adasRegistration());
    const key = keys.account(ada.id);
    const { value } = await s.kv.get<AccountRecord>(key);
    assert(value !== null);
    assert(value.consent?.textVersion.startsWith("rekognition-"));
    const consent = { at: 0, textVersion: "local-2026-11-22" };
    await s.kv.set(key, { ...value, consent });
    rekognition.calls.length = 0;
    const live = await selfieOf("ada", "second");
    assertEquals(await codeOf(checkFace(s, ada.id, live, IP)), "face-consent");
    assertEquals(rekognition.calls, []);
    await replaceFace(s, ada.id, [live]);
    await checkFace(s, ada.id, live, IP);
    assertEquals(s3.versions.length, 1);
  }),
);

Deno.test("with AWS in the environment, the services are on AWS", async () => {
  const aws = startAws();
  const dataDir = await Deno.makeTempDir({ prefix: "chatsphere-aws-" });
  const there = await createServices(
    readConfig({ ...aws.env, DATA_DIR: dataDir }),
  );
  try {
    assertEquals(there.faces.name, "rekognition");
    const ada = await register(there, await adasRegistration());
    await checkFace(there, ada.id, await selfieOf("ada", "second"), IP);
    assertEquals(aws.s3.versions.length, 1);
  } finally {
    await there.faces.close();
    await there.blobs.close?.();
    there.kv.close();
    await aws.close();
    await Deno.remove(dataDir, { recursive: true });
  }
});
