import { isClipId } from "../../realtime/common/clip-id.ts";
import { type ClipInfo, LEAST, type Taken } from "./clips.ts";

/** What the index knows of a clip. */
type Known = Pick<ClipInfo, "owner" | "bytes" | "createdAt">;

/** Files that are read at a time. */
const TOGETHER = 16;

/**
 * What lies in a folder of clips, read once: who keeps what, since when and how large. The process
 * has the folder to itself, and tells of all that comes and goes.
 */
export class FolderIndex {
  #clips = new Map<string, Known>();

  /**
   * Reads the folder, and deletes recordings without their description, which a crash left: nobody
   * knows whose they are.
   */
  static async read(dir: string): Promise<FolderIndex> {
    const index = new FolderIndex();
    const audio: string[] = [];
    const described: string[] = [];
    try {
      for await (const { name } of Deno.readDir(dir)) {
        const [, id = "", kind] =
          /^(.*)\.(audio|json|json\.new|check)$/.exec(name) ?? [];
        if (kind === "json.new" || kind === "check") {
          await Deno.remove(`${dir}/${name}`).catch(() => {});
        } else if (isClipId(id)) {
          (kind === "json" ? described : audio).push(id);
        }
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    for (let from = 0; from < described.length; from += TOGETHER) {
      const some = described.slice(from, from + TOGETHER);
      await Promise.all(some.map((id) => index.#learn(dir, id)));
    }
    for (const id of audio) {
      if (index.#clips.has(id)) continue;
      await Deno.remove(`${dir}/${id}.audio`).catch(() => {});
    }
    return index;
  }

  async #learn(dir: string, id: string): Promise<void> {
    try {
      const text = await Deno.readTextFile(`${dir}/${id}.json`);
      const { owner, bytes, createdAt }: ClipInfo = JSON.parse(text);
      this.add(id, { owner, bytes, createdAt });
    } catch (error) {
      // Deleted meanwhile, or not readable: whatever it is stays as it is.
      const gone = error instanceof Deno.errors.NotFound;
      if (!gone) this.add(id, { owner: "", bytes: 0, createdAt: Infinity });
    }
  }

  add(id: string, { owner, bytes, createdAt }: Known): void {
    this.#clips.set(id, { owner, bytes, createdAt });
  }

  delete(id: string): void {
    this.#clips.delete(id);
  }

  /** The ids of the clips that pass a test. */
  ids(isSo: (clip: Known) => boolean): string[] {
    return [...this.#clips].filter(([, clip]) => isSo(clip)).map(([id]) => id);
  }

  taken(owner: string): Taken {
    const taken = { own: 0, all: 0 };
    for (const clip of this.#clips.values()) {
      const size = Math.max(LEAST, clip.bytes);
      taken.all += size;
      if (clip.owner === owner) taken.own += size;
    }
    return taken;
  }
}
