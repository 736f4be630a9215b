import { join } from "node:path";
import { FaceError } from "../face-error.ts";

/** A photo and whose it is. */
export interface Photo {
  person: string;
  /** What groups.csv says of the person, if anything. */
  group?: string;
  file: string;
}

/** A photo that the local engine would enrol. */
export interface UsablePhoto extends Photo {
  descriptor: Float32Array;
}

export interface Photos<Usable extends Photo = Photo> {
  people: number;
  all: number;
  usable: Usable[];
  /** Why photos were refused → how many. */
  refusals: Map<string, number>;
}

export type Progress = (done: number, all: number) => void;

/**
 * The photos of people that an engine would enrol: one folder a person, JPEG files in it.
 * @param look what the engine sees in one; a `FaceError` refuses it
 * @throws Error when the folder cannot be read; what else `look` throws
 */
export async function readPhotos<Seen extends object>(
  folder: string,
  look: (jpeg: Uint8Array) => Promise<Seen>,
  progress: Progress = () => {},
): Promise<Photos<Photo & Seen>> {
  const groups = await readGroups(join(folder, "groups.csv"));
  const files: { person: string; file: string }[] = [];
  for (const person of await names(folder, (entry) => entry.isDirectory)) {
    const inside = join(folder, person);
    const isPhoto = ({ name }: Deno.DirEntry) => /\.jpe?g$/i.test(name);
    for (const name of await names(inside, isPhoto)) {
      files.push({ person, file: join(inside, name) });
    }
  }
  const usable: (Photo & Seen)[] = [];
  const refusals = new Map<string, number>();
  for (const [i, { person, file }] of files.entries()) {
    progress(i, files.length);
    try {
      const seen = await look(await Deno.readFile(file));
      usable.push({ person, group: groups.get(person), file, ...seen });
    } catch (error) {
      if (!(error instanceof FaceError)) throw error;
      refusals.set(error.code, (refusals.get(error.code) ?? 0) + 1);
    }
  }
  const people = new Set(files.map(({ person }) => person)).size;
  return { people, all: files.length, usable, refusals };
}

async function names(
  folder: string,
  wanted: (entry: Deno.DirEntry) => boolean,
): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.filter(wanted).map(({ name }) => name).toSorted();
}

async function readGroups(file: string): Promise<Map<string, string>> {
  try {
    const lines = (await Deno.readTextFile(file)).split(/\r?\n/);
    const pairs = lines.map((line) =>
      line.split(",").map((part) => part.trim())
    );
    return new Map(
      pairs.flatMap(([person, group]) => group ? [[person, group]] : []),
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Map();
    throw error;
  }
}
