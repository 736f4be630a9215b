import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { newClipId } from "../../realtime/common/clip-id.ts";
import { ApiError } from "../http/errors.ts";
import { type Clips, deleteOwned, LEAST } from "./clips.ts";

const about = { owner: "person:ada", contentType: "audio/webm", duration: 1.5 };
const bytes = new Uint8Array([1, 2, 3]);

/** What every store of clips promises. */
export function clipsContract(
  name: string,
  withClips: (use: (clips: Clips) => Promise<void>) => Promise<void>,
) {
  const promise = (title: string, use: (clips: Clips) => Promise<void>) =>
    Deno.test(`${name}: ${title}`, () => withClips(use));

  promise("gives back what it was given", async (clips) => {
    const info = await clips.put(bytes, about);
    assertMatch(info.id, /^[\w-]{22}$/);
    const clip = await clips.get(info.id);
    assertEquals(clip, {
      bytes,
      info: { ...about, id: info.id, bytes: 3, createdAt: info.createdAt },
    });
    assertEquals(await clips.find(info.id), info);
  });

  promise("gives each clip an id of its own", async (clips) => {
    const first = await clips.put(bytes, about);
    const second = await clips.put(bytes, about);
    assertNotEquals(first.id, second.id);
  });

  promise("gives back the part that is asked for", async (clips) => {
    const long = Uint8Array.from({ length: 300 }, (_, at) => at % 251);
    const { id } = await clips.put(long, about);
    for (const [from, to] of [[0, 0], [10, 19], [299, 299], [0, 299]]) {
      const clip = await clips.get(id, { from, to });
      assertEquals(clip?.bytes, long.slice(from, to + 1));
      assertEquals(clip?.info.bytes, 300);
    }
  });

  promise("takes an id that is chosen, once", async (clips) => {
    const id = newClipId(about.owner);
    assertEquals((await clips.put(bytes, { ...about, id })).id, id);
    const other = new Uint8Array([9]);
    const again = () => clips.put(other, { ...about, id });
    assertEquals((await assertRejects(again, ApiError)).code, "clip-taken");
    assertEquals((await clips.get(id))?.bytes, bytes);
    await clips.delete(id);
    assertEquals(await clips.get(id), null);
  });

  promise("forgets what is deleted, for good and only that", async (clips) => {
    const gone = await clips.put(bytes, about);
    const kept = await clips.put(bytes, about);
    await clips.delete(gone.id);
    await clips.delete(gone.id);
    assertEquals(await clips.get(gone.id), null);
    assertEquals((await clips.get(kept.id))?.bytes, bytes);
  });

  promise("has nothing under an id that is not its own", async (clips) => {
    const strange = [
      newClipId("person:ada"),
      "",
      "..",
      "../../etc/passwd",
      "a".repeat(22),
    ];
    for (const id of strange) {
      assertEquals(await clips.get(id), null);
      assertEquals(await clips.find(id), null);
      await clips.delete(id);
    }
  });

  /** Deletes all that somebody keeps; how many parts it had. */
  const deleteEvery = async (clips: Clips, owner: string) => {
    let parts = 0;
    let after: string | undefined;
    do {
      after = await deleteOwned(clips, owner, after);
      parts += 1;
    } while (after !== undefined && parts < 100);
    return parts;
  };

  promise(
    "deletes all that somebody keeps, in parts, and only that",
    async (clips) => {
      const own: string[] = [];
      for (let i = 0; i < 230; i++) {
        own.push(
          (await clips.put(bytes, about)).id,
        );
      }
      const other = { ...about, owner: "person:ada2" };
      const kept = await clips.put(bytes, other);
      assertEquals((await clips.owned("person:nobody")).ids, []);
      const parts = await deleteEvery(clips, about.owner);
      assertEquals(parts > 1, true, `${parts}`);
      for (const id of own) assertEquals(await clips.get(id), null);
      assertEquals((await clips.get(kept.id))?.bytes, bytes);
      assertEquals(await deleteEvery(clips, about.owner), 1);
    },
  );

  promise("tells what is taken, by one and by all", async (clips) => {
    const large = new Uint8Array(40_000);
    const one = await clips.put(large, about);
    await clips.put(bytes, { ...about, owner: "person:ben" });
    assertEquals(await clips.taken(about.owner), {
      own: 40_000,
      all: 40_000 + LEAST,
    });
    await clips.put(bytes, about);
    assertEquals((await clips.taken(about.owner)).own, 40_000 + LEAST);
    await clips.delete(one.id);
    assertEquals((await clips.taken(about.owner)).own, LEAST);
    assertEquals((await clips.taken("person:nobody")).own, 0);
  });
}
