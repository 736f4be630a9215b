import { assert, assertEquals } from "@std/assert";
import { findAccount } from "./accounts.ts";
import { checkFace, deleteFace, replaceFace } from "./faces.ts";
import { sweepPictures } from "./pictures.ts";
import { readFace } from "./stored-face.ts";
import { createSession, endAllSessions, findSession } from "./sessions.ts";
import { type AccountRecord, keys } from "./store.ts";
import {
  codeOf,
  EMPTY_SELFIE,
  everythingIn,
  fieldsOf,
  IP,
  onStage,
  picturesOf,
  selfieOf,
} from "./testing.ts";

Deno.test(
  "only the person's own face matches",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    await person("Eve");
    assertEquals(await codeOf(checkFace(s, id, selfieOf("Ann"), IP)), "none");
    const call = () => checkFace(s, id, selfieOf("Eve"), IP);
    assertEquals(await codeOf(call()), "face-mismatch");
    assertEquals(await fieldsOf(call()), ["selfie"]);
    const nobody = checkFace(s, "nobody", selfieOf("Ann"), IP);
    assertEquals(await codeOf(nobody), "no-face");
  }),
);

Deno.test(
  "a deleted face is gone: template, picture and matching; sessions but one end",
  onStage(async ({ s, person, pictures }) => {
    const { id } = await person("Ann");
    const mine = await createSession(s, id);
    const other = await createSession(s, id);
    await deleteFace(s, id, mine.token);
    assertEquals((await findAccount(s, id))?.hasFace, false);
    assertEquals(pictures.size, 0);
    const stored = await everythingIn(s.kv);
    assert(!stored.includes('"faces"') && !stored.includes("pictures"), stored);
    const check = checkFace(s, id, selfieOf("Ann"), IP);
    assertEquals(await codeOf(check), "no-face");
    assert(await findSession(s, mine.token));
    assertEquals(await findSession(s, other.token), null);
    const { value } = await s.kv.get<AccountRecord>(keys.account(id));
    assert(value?.consent?.withdrawnAt);
    await deleteFace(s, id);
  }),
);

Deno.test(
  "a replaced face is the only one that matches and the only one kept",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { id } = await person("Ann");
    const { token } = await createSession(s, id);
    await replaceFace(s, id, [selfieOf("Ann with glasses")]);
    assertEquals(await picturesOf(stage), [selfieOf("Ann with glasses")]);
    const old = checkFace(s, id, selfieOf("Ann"), IP);
    assertEquals(await codeOf(old), "face-mismatch");
    await checkFace(s, id, selfieOf("Ann with glasses"), IP);
    assertEquals(await findSession(s, token), null);
    assert(!(await everythingIn(s.kv)).includes("pictures_to_delete"));
  }),
);

Deno.test(
  "a face can be enrolled again after it was deleted, with new consent",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    await deleteFace(s, id);
    await replaceFace(s, id, [selfieOf("Ann")]);
    assertEquals((await findAccount(s, id))?.hasFace, true);
    const { value } = await s.kv.get<AccountRecord>(keys.account(id));
    assertEquals(value?.consent?.withdrawnAt, undefined);
    await checkFace(s, id, selfieOf("Ann"), IP);
  }),
);

Deno.test(
  "a replacement that fails leaves the old face and no other picture",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { id } = await person("Ann");
    const call = replaceFace(s, id, [EMPTY_SELFIE]);
    assertEquals(await codeOf(call), "face-none");
    const gone = replaceFace(s, "nobody", [selfieOf("Eve")]);
    assertEquals(await codeOf(gone), "not-found");
    assertEquals(await picturesOf(stage), [selfieOf("Ann")]);
    await checkFace(s, id, selfieOf("Ann"), IP);
  }),
);

Deno.test(
  "whoever is signed out while their new face is looked at does not store it",
  onStage(async (stage) => {
    const { s, person } = stage;
    // A stolen session: the owner ends it, and a moment later the thief's face was in the account.
    const { id } = await person("Ann");
    const { token } = await createSession(s, id);
    const { enrol } = s.faces;
    s.faces.enrol = async (selfies) => {
      await endAllSessions(s, id);
      return await enrol.call(s.faces, selfies);
    };
    const call = replaceFace(s, id, [selfieOf("Eve")], token);
    assertEquals(await codeOf(call), "not-signed-in");
    s.faces.enrol = enrol;
    assertEquals(await picturesOf(stage), [selfieOf("Ann")]);
    await checkFace(s, id, selfieOf("Ann"), IP);
  }),
);

Deno.test(
  "of replacements at the same time one is looked at, and stays with its picture",
  onStage(async (stage) => {
    const { s, person, pictures } = stage;
    const { id } = await person("Ann");
    const names = ["one", "two", "three"];
    const codes = await Promise.all(
      names.map((name) => codeOf(replaceFace(s, id, [selfieOf(name)]))),
    );
    assertEquals(codes, ["none", "face-busy", "face-busy"]);
    assertEquals(pictures.size, 1);
    const face = await readFace(s, id);
    assertEquals([...pictures.keys()], [face?.record.picture]);
    assertEquals(await face?.selfie(), face?.template);
  }),
);

Deno.test(
  "a picture the store would not delete is deleted by the next sweep",
  onStage(async ({ s, person, pictures, broken }) => {
    const { id } = await person("Ann");
    broken.delete = new Error("the bucket is away");
    await deleteFace(s, id);
    assertEquals(pictures.size, 1);
    broken.delete = undefined;
    assertEquals(await sweepPictures(s), 1);
    assertEquals(pictures.size, 0);
    assertEquals(await sweepPictures(s), 0);
  }),
);

Deno.test(
  "a face that an earlier version stored as it is still opens its account",
  onStage(async ({ s, person, pictures }) => {
    const { id } = await person("Ann");
    const { sealed: _sealed, ...record } = (await readFace(s, id))!.record;
    const template = selfieOf("Ann");
    await s.kv.atomic().set(keys.face(id), { ...record, template })
      .delete(keys.faceKey(id)).commit();
    pictures.set(record.picture, template);
    await checkFace(s, id, selfieOf("Ann"), IP);
    assertEquals(await (await readFace(s, id))?.selfie(), template);
  }),
);

Deno.test(
  "neither the template nor the picture can be read without the key, which goes with the face",
  onStage(async ({ s, person, pictures }) => {
    const { id } = await person("Ann");
    const stored = await everythingIn(s.kv);
    const [blob] = pictures.values();
    const name = "Ann";
    assert(!new TextDecoder().decode(blob).includes(`${name}`));
    assert((await readFace(s, id)) !== null);
    const face = JSON.stringify(await s.kv.get(keys.face(id)));
    assert(!face.includes(JSON.stringify([...selfieOf("Ann")]).slice(1, 40)));
    assert(stored.includes("face_keys"));
    await s.kv.delete(keys.faceKey(id));
    assertEquals(await readFace(s, id), null);
  }),
);
