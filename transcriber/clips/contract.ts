import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type Clips, newClipId } from "./clips.ts";

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

  promise("forgets what is deleted, for good and only that", async (clips) => {
    const gone = await clips.put(bytes, about);
    const kept = await clips.put(bytes, about);
    await clips.delete(gone.id);
    await clips.delete(gone.id);
    assertEquals(await clips.get(gone.id), null);
    assertEquals((await clips.get(kept.id))?.bytes, bytes);
  });

  promise("has nothing under an id that is not its own", async (clips) => {
    const strange = [newClipId(), "", "..", "../../etc/passwd", "a".repeat(22)];
    for (const id of strange) {
      assertEquals(await clips.get(id), null);
      assertEquals(await clips.find(id), null);
      await clips.delete(id);
    }
  });
}
