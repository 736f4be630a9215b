import { assertEquals } from "@std/assert";
import { clipsContract } from "./contract.ts";
import { folderClips } from "./folder.ts";

async function withFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "clips-test-" });
  try {
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const about = { owner: "person:ada", contentType: "audio/ogg", duration: 1 };
const bytes = new Uint8Array([1, 2, 3]);

clipsContract(
  "folder",
  (use) => withFolder((dir) => use(folderClips(`${dir}/clips`))),
);

Deno.test("folder: a clip whose writing broke off does not exist", () =>
  withFolder(async (dir) => {
    const clips = folderClips(dir);
    const { id } = await clips.put(bytes, about);
    await Deno.remove(`${dir}/${id}.json`);
    assertEquals(await clips.get(id), null);
  }));

Deno.test("folder: after a restart it is known what somebody keeps, and what a crash left is gone", () =>
  withFolder(async (dir) => {
    const before = folderClips(dir);
    const kept = await before.put(bytes, about);
    const torn = await before.put(bytes, about);
    await Deno.remove(`${dir}/${torn.id}.json`);
    await Deno.writeTextFile(`${dir}/${torn.id}.json.new`, "{");
    await Deno.writeTextFile(`${dir}/notes.txt`, "not ours");
    const clips = folderClips(dir);
    assertEquals(await clips.owned(about.owner), { ids: [kept.id] });
    const left = [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
    assertEquals(
      left,
      [`${kept.id}.audio`, `${kept.id}.json`, "notes.txt"].sort(),
    );
  }));

Deno.test("folder: nothing is left of a deleted clip, and others cannot read it before", () =>
  withFolder(async (dir) => {
    const clips = folderClips(dir);
    const { id } = await clips.put(bytes, about);
    const mode = (await Deno.stat(`${dir}/${id}.audio`)).mode ?? 0;
    assertEquals(mode & 0o077, 0);
    await clips.delete(id);
    assertEquals([...Deno.readDirSync(dir)], []);
  }));

Deno.test("folder: a clip older than CLIP_DAYS is gone, and its files with the next one kept", () =>
  withFolder(async (dir) => {
    const clock = { now: Date.now() };
    const clips = folderClips(dir, { days: 7, now: () => clock.now });
    const old = await clips.put(bytes, about);
    clock.now += 4 * 86_400_000;
    const newer = await clips.put(bytes, about);
    clock.now += 4 * 86_400_000;
    assertEquals(await clips.get(old.id), null);
    assertEquals(await clips.find(old.id), null);
    await clips.put(bytes, about);
    const left = [...Deno.readDirSync(dir)].map(({ name }) => name);
    assertEquals(left.some((name) => name.startsWith(old.id)), false);
    assertEquals(left.includes(`${newer.id}.audio`), true);
  }));
