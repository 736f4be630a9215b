import { join } from "node:path";
import { log } from "../log.ts";
import { DataKeyMissing, type DataKeys } from "../sealing/data-keys.ts";

const ID = /^\d{15}-\d{6}-[0-9a-f]{8}$/;
/** `<id>.eml`, or `<id>.<key>.sealed` with the name of the key that opens it. */
const NAME = /^([\d-]+-[0-9a-f]{8})\.(?:eml|([0-9a-f]{12})\.sealed)$/;

/** What an e-mail is sealed for: under another id it does not open. */
const placeOf = (id: string): Deno.KvKey => ["outbox", id];

const isAbsent = (error: unknown): boolean =>
  error instanceof Deno.errors.NotFound;

/**
 * Messages in a folder, one file each: sealed where there are keys. A file appears whole or not at
 * all, and only its owner may read it: it holds links that let people in.
 */
export class OutboxFiles {
  constructor(readonly dir: string, readonly keys: DataKeys | null) {}

  /** The names of the files by the ids of their messages, in no order. */
  async names(): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    try {
      for await (const { name } of Deno.readDir(this.dir)) {
        const [, id, sealed] = NAME.exec(name) ?? [];
        const isOurs = id !== undefined && ID.test(id);
        // Of a message that is being sealed there are two for a moment.
        if (isOurs && (sealed || !names.has(id))) names.set(id, name);
      }
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
    return names;
  }

  async write(id: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { keys } = this;
    const sealed = keys?.seal(placeOf(id), bytes);
    const kept = sealed?.bytes ?? bytes;
    const ending = sealed ? `${sealed.sealedWith}.sealed` : "eml";
    const path = join(this.dir, `${id}.${ending}`);
    await Deno.mkdir(this.dir, { recursive: true, mode: 0o700 });
    await Deno.writeFile(`${path}.partial`, kept, { mode: 0o600 });
    await Deno.rename(`${path}.partial`, path);
  }

  /**
   * The message in a file, or null where the file is gone.
   *
   * @throws {DataKeyMissing}
   */
  async read(id: string, name: string): Promise<Uint8Array | null> {
    let bytes: Uint8Array;
    try {
      bytes = await Deno.readFile(join(this.dir, name));
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
    const sealedWith = NAME.exec(name)?.[2];
    if (sealedWith === undefined) return bytes;
    if (this.keys === null) return null;
    return this.keys.open(placeOf(id), { sealedWith, bytes }) as Uint8Array;
  }

  async remove(name: string): Promise<void> {
    try {
      await Deno.remove(join(this.dir, name));
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }

  /**
   * Seals with the current key what an earlier version did not seal, or an earlier key sealed. How
   * many. Killed at any point, it may be done again. A file that cannot be read stays as it is: one
   * e-mail is no reason not to start.
   *
   * @throws {DataKeyMissing}
   */
  async seal(): Promise<number> {
    if (this.keys === null) return 0;
    await this.#removeHalves();
    let count = 0;
    for (const [id, name] of await this.names()) {
      try {
        if (await this.#sealOne(id, name)) count += 1;
      } catch (error) {
        if (error instanceof DataKeyMissing) throw error;
        log("warn", "email-not-sealed", { mail: id, error });
      }
    }
    return count;
  }

  async #sealOne(id: string, name: string): Promise<boolean> {
    if (name === `${id}.${this.keys?.current}.sealed`) {
      await this.remove(`${id}.eml`);
      return false;
    }
    const bytes = await this.read(id, name);
    if (bytes === null) return false;
    await this.write(id, new Uint8Array(bytes));
    await this.remove(name);
    await this.remove(`${id}.eml`);
    return true;
  }

  /** Removes what an earlier version was killed over: it is in the clear, and nobody reads it. */
  async #removeHalves(): Promise<void> {
    try {
      for await (const { name } of Deno.readDir(this.dir)) {
        const whole = name.replace(/\.eml\.partial$/, "");
        if (whole !== name && ID.test(whole)) await this.remove(name);
      }
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
}
