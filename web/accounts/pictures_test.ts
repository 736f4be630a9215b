import { assert, assertEquals } from "@std/assert";
import { newFaceKey } from "./face-vault.ts";
import { addPicture, discardPicture, sweepPictures } from "./pictures.ts";
import { keys } from "./store.ts";
import { everythingIn, onStage, selfieOf } from "./testing.ts";

const HOURS_MS = 60 * 60 * 1000;

Deno.test(
  "a picture left behind by a crash is swept once it is old, and not before",
  onStage(async ({ s, pictures }) => {
    const { blobKey } = await addPicture(
      s,
      "ann",
      selfieOf("Ann"),
      newFaceKey(),
    );
    assertEquals(await sweepPictures(s), 0);
    assertEquals(pictures.size, 1);
    const note = { at: Date.now() - 2 * HOURS_MS, dropped: false };
    await s.kv.set(keys.picture(blobKey), note);
    assertEquals(await sweepPictures(s), 1);
    assertEquals(pictures.size, 0);
    assertEquals(await everythingIn(s.kv), "");
  }),
);

Deno.test(
  "a claimed picture stays, whoever discards it",
  onStage(async ({ s, pictures }) => {
    const picture = await addPicture(s, "ann", selfieOf("Ann"), newFaceKey());
    const commit = s.kv.atomic();
    picture.claim(commit);
    assert((await commit.commit()).ok);
    await discardPicture(s, picture.blobKey);
    assertEquals(await sweepPictures(s), 0);
    assertEquals(pictures.size, 1);
  }),
);

Deno.test(
  "a discarded picture cannot be claimed any more",
  onStage(async ({ s, pictures, broken }) => {
    const picture = await addPicture(s, "ann", selfieOf("Ann"), newFaceKey());
    broken.delete = new Error("the bucket is away");
    await discardPicture(s, picture.blobKey);
    const commit = s.kv.atomic();
    picture.claim(commit);
    assertEquals((await commit.commit()).ok, false);
    assertEquals(pictures.size, 1);
  }),
);
