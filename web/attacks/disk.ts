/** What can be read from the folder that the services keep everything in. */
import { join } from "node:path";

/** Every file of a folder, and of those in it; what goes while somebody looks is left out. */
export async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* filesIn(path);
    else yield path;
  }
}

/** Whether a text stands in any file of a folder. */
export async function standsIn(folder: string, text: string): Promise<boolean> {
  for await (const path of filesIn(folder)) {
    // Mails come and go while somebody looks.
    const bytes = await Deno.readFile(path).catch(() => new Uint8Array());
    if (new TextDecoder("latin1").decode(bytes).includes(text)) return true;
  }
  return false;
}

const LOOKS = 100;

/** Whether a text is still in the folder after so long that it should have gone. */
export async function staysIn(folder: string, text: string): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    if (!await standsIn(folder, text)) return false;
    await new Promise((done) => setTimeout(done, 100));
  }
  return true;
}
