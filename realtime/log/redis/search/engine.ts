import { Redis } from "ioredis";
import type { Client } from "../client.ts";

/** The index. What the engine and this service keep of it begins with its name. */
export const INDEX = "chatsphere:words";
/** Hash: room → how far it is in the index; see room-filler.ts. */
export const ROOMS = `${INDEX}:rooms`;
/** Hash: day since the Unix epoch → about how many messages of it are in the index. */
export const DAYS = `${INDEX}:days`;
/** Before the name of a document, where that is a key of its own. */
const DOCUMENT = `${INDEX}:of:`;

/**
 * The two ways in which engines take documents. 2: Redis 8, Redis Stack, RediSearch 2 and Valkey's
 * search module, where a document is a hash under a prefix. 1: RediSearch 1, as Debian has it,
 * where a document is given to the engine, which is told not to keep it.
 */
export type Dialect = 1 | 2;

export type Command = [name: string, ...args: string[]];

/** A message that may be what is looked for. */
export interface Found {
  roomId: string;
  offset: number;
  key: number;
}

/** Which dialect a server speaks; undefined: it has no search engine. */
export async function dialectOf(client: Client): Promise<Dialect | undefined> {
  const names = ["FT.SEARCH", "FT.DROPINDEX", "FT.ADD"];
  const found = await client.call("COMMAND", "INFO", ...names) as unknown[];
  const [search, dropIndex, add] = found.map((it) => Array.isArray(it));
  if (!search) return undefined;
  return dropIndex ? 2 : add ? 1 : undefined;
}

/** What one server's search engine is told and asked. */
export class Engine {
  constructor(readonly client: Client, readonly dialect: Dialect) {}

  async hasIndex(): Promise<boolean> {
    try {
      await this.client.call("FT.INFO", INDEX);
      return true;
    } catch (error) {
      if (!/unknown index|no such index|not found/i.test(String(error))) {
        throw error;
      }
      return false;
    }
  }

  /** Makes the index. Harmless where there is one. */
  async create(): Promise<void> {
    const on = this.dialect === 1 ? [] : ["ON", "HASH", "PREFIX", "1"];
    const of = this.dialect === 1 ? [] : [DOCUMENT];
    const schema = ["SCHEMA", "w", "TAG", "n", "NUMERIC", "SORTABLE"];
    try {
      await this.client.call("FT.CREATE", INDEX, ...on, ...of, ...schema);
    } catch (error) {
      if (!/already exists/i.test(String(error))) throw error;
    }
  }

  /** Takes the index away, and all documents. */
  async drop(): Promise<void> {
    if (await this.hasIndex()) {
      const name = this.dialect === 1 ? "FT.DROP" : "FT.DROPINDEX";
      await this.client.call(name, INDEX);
    }
    // A node of a cluster is never asked.
    if (this.dialect === 1 || !(this.client instanceof Redis)) return;
    const documents = this.client
      .scanStream({ match: `${DOCUMENT}*`, count: 500 });
    for await (const keys of documents) {
      if (keys.length > 0) await this.client.unlink(...keys as string[]);
    }
  }

  /** The command that puts a message into the index, in place of what it was. */
  put(roomId: string, offset: number, marks: string[], key: number): Command {
    const fields = ["w", marks.join(","), "n", `${key}`];
    const name = `${offset}:${roomId}`;
    if (this.dialect === 2) return ["HSET", DOCUMENT + name, ...fields];
    const how = ["1", "NOSAVE", "REPLACE", "FIELDS"];
    return ["FT.ADD", INDEX, name, ...how, ...fields];
  }

  /** The command that takes a message out of the index, where it is in it. */
  remove(roomId: string, offset: number): Command {
    const name = `${offset}:${roomId}`;
    if (this.dialect === 2) return ["DEL", DOCUMENT + name];
    return ["FT.DEL", INDEX, name];
  }

  /**
   * The newest messages that match, from one key up to before another, and how many there are in
   * all.
   */
  async search(
    match: string,
    from: number,
    below: number,
    limit: number,
  ): Promise<{ total: number; found: Found[] }> {
    const reply = await this.client.call(
      ...["FT.SEARCH", INDEX, `${match} @n:[${from} (${below}]`.trim()],
      ...["NOCONTENT", "WITHSORTKEYS", "SORTBY", "n", "DESC"],
      ...["LIMIT", "0", `${limit}`],
    ) as [total: number, ...string[]];
    const [total, ...rest] = reply;
    const found: Found[] = [];
    for (let i = 0; i + 1 < rest.length; i += 2) {
      const name = String(rest[i]), key = String(rest[i + 1]);
      const from = name.startsWith(DOCUMENT) ? DOCUMENT.length : 0;
      const at = name.indexOf(":", from);
      found.push({
        roomId: name.slice(at + 1),
        offset: Number(name.slice(from, at)),
        key: Number(key.replace(/^[#$]/, "")),
      });
    }
    return { total: Number(total), found };
  }
}
