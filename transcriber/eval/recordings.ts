import { basename, dirname, extname, join } from "node:path";

/** A recording and what is said in it. */
export interface Reference {
  path: string;
  said: string;
}

const AUDIO = /\.(wav|flac|mp3|ogg|opus|webm|m4a|mp4)$/i;

/**
 * The recordings in a folder and the folders in it, each with its reference: `name.txt` beside
 * `name.wav`, a line `name WORDS` of LibriSpeech's `*.trans.txt`, or a line `<s> words </s> (name)`
 * of Sphinx's `*transcription`. Recordings without one are left out.
 */
export async function readReferences(dir: string): Promise<Reference[]> {
  const audio: string[] = [];
  const texts = new Map<string, string>();
  const note = (folder: string, name: string, said: string) =>
    texts.set(join(folder, name), said.trim());
  for await (const path of filesIn(dir)) {
    if (AUDIO.test(path)) audio.push(path);
    else if (path.endsWith(".trans.txt")) {
      for (const [, name, said] of await linesOf(path, /^(\S+)\s+(.+)$/)) {
        note(dirname(path), name, said);
      }
    } else if (path.endsWith("transcription")) {
      const line = /^(?:<s>)?(.*?)(?:<\/s>)?\s*\((\S+)\)\s*$/;
      for (const [, said, name] of await linesOf(path, line)) {
        note(dirname(path), name, said);
      }
    } else if (path.endsWith(".txt")) {
      const name = basename(path, ".txt");
      note(dirname(path), name, await Deno.readTextFile(path));
    }
  }
  return audio.sort().flatMap((path) => {
    const name = basename(path, extname(path));
    const said = texts.get(join(dirname(path), name));
    return said ? [{ path, said }] : [];
  });
}

async function* filesIn(dir: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(dir)) {
    const path = join(dir, entry.name);
    if (entry.isDirectory) yield* filesIn(path);
    else yield path;
  }
}

async function linesOf(path: string, pattern: RegExp) {
  const lines = (await Deno.readTextFile(path)).split("\n");
  return lines.map((line) => pattern.exec(line))
    .filter((match) => match !== null);
}
