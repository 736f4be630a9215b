import { join } from "node:path";
import { describePhoto } from "../describe.ts";
import { FaceError } from "../face-error.ts";
import { loadModels } from "../models.ts";

/** A photo that the engine would enrol. */
export interface UsablePhoto {
  person: string;
  /** What groups.csv says of the person, if anything. */
  group?: string;
  file: string;
  descriptor: Float32Array;
}

export interface Photos {
  people: number;
  all: number;
  usable: UsablePhoto[];
  /** Why photos were refused → how many. */
  refusals: Map<string, number>;
}

/**
 * Describes the photos of people: one folder a person, JPEG files in it.
 * @throws Error when the folder cannot be read
 */
export async function readPhotos(
  folder: string,
  progress: (done: number, all: number) => void = () => {},
): Promise<Photos> {
  const groups = await readGroups(join(folder, "groups.csv"));
  const files: { person: string; file: string }[] = [];
  for (const person of await names(folder, (entry) => entry.isDirectory)) {
    const inside = join(folder, person);
    const isPhoto = ({ name }: Deno.DirEntry) => /\.jpe?g$/i.test(name);
    for (const name of await names(inside, isPhoto)) {
      files.push({ person, file: join(inside, name) });
    }
  }
  const models = await loadModels();
  const usable: UsablePhoto[] = [];
  const refusals = new Map<string, number>();
  for (const [i, { person, file }] of files.entries()) {
    progress(i, files.length);
    try {
      const jpeg = await Deno.readFile(file);
      const { descriptor } = await describePhoto(models, jpeg, "enrol");
      usable.push({ person, group: groups.get(person), file, descriptor });
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
