import type { FilePart } from "../../realtime/protocol.ts";
import type { Services } from "../services.ts";

/**
 * The files' part of KV. All of it, in one place:
 *
 * | key | value |
 * |---|---|
 * | `["files", id]` | {@link StoredFile} |
 * | `["files_by_room", room id, id]` | true |
 * | `["files_by_person", account id, id]` | true |
 * | `["files_listed", room id, kind, when it was sent, id]` | true: see list.ts |
 * | `["files_listed_all"]` | true: what was sent before there were lists is in them |
 * | `["files_loose", id]` | when it was last touched: of a file that no message is known to have |
 * | `["file_bytes", account id]`, `["file_bytes_all"]` | bytes that are kept, or promised room |
 *
 * A record is there before the first byte is kept and goes after the last is deleted, so that
 * whatever is in the store is known here.
 */
export interface StoredFile extends FilePart {
  roomId: string;
  /** The id of whoever sent it. */
  owner: string;
  /** Bytes it is counted as: what is kept, or was promised room. */
  counted: number;
  /**
   * `coming`: it is being stored. `whole`: it may be sent. `claimed`: it is being sent, or was.
   * `sent`: it is in a message. `going`: it is being deleted.
   */
  state: "coming" | "whole" | "claimed" | "sent" | "going";
  /** The message that claimed it. */
  clientId?: string;
  /** The id of the message it was sent in, where that is known. */
  message?: string;
  /** When: ms. 0: before that was kept. */
  sentAt?: number;
}

export type FileServices = Pick<Services, "kv" | "files">;

export const keys = {
  files: () => ["files"],
  file: (id: string) => ["files", id],
  ofRoom: (roomId: string) => ["files_by_room", roomId],
  ofPerson: (accountId: string) => ["files_by_person", accountId],
  listed: (roomId: string, kind: FileKind) => ["files_listed", roomId, kind],
  listedAll: () => ["files_listed_all"],
  loose: () => ["files_loose"],
  bytes: (accountId: string) => ["file_bytes", accountId],
  allBytes: () => ["file_bytes_all"],
};

/** Where the file is kept, and where its thumbnail is. */
export const placesOf = ({ roomId, id }: StoredFile) => ({
  whole: `${roomId}/${id}`,
  thumbnail: `${roomId}/${id}/thumbnail`,
});

/** What a message says of a file. */
export const partOf = (
  { id, name, type, size, width, height, colour, thumbnail }: StoredFile,
): FilePart => ({ id, name, type, size, width, height, colour, thumbnail });

/** What a list of files tells apart. */
export const KINDS = ["pictures", "audio", "video", "others"] as const;
export type FileKind = typeof KINDS[number];

const kindOf = ({ type, width }: StoredFile): FileKind => {
  const [kind] = type.split("/");
  if (kind === "image" && width) return "pictures";
  return kind === "audio" || kind === "video" ? kind : "others";
};

/** Where it stands in the list of its room. */
export const listedAt = (
  file: StoredFile & { sentAt: number },
): Deno.KvKey => [
  ...keys.listed(file.roomId, kindOf(file)),
  file.sentAt,
  file.id,
];

/**
 * What claims the picture of a page that a message links to, in place of a client id. No client may
 * call a message so: CLIENT_ID of realtime/frame-fields.ts has no such stroke.
 */
export const previewOf = (message: string): string => `preview/${message}`;

/**
 * Adds to `commit` that a file is in a message. The picture of a page is none of those that people
 * sent, so no list has it.
 */
export const setSent = (
  commit: Deno.AtomicOperation,
  file: StoredFile,
  sentAt: number,
  message?: string,
): Deno.AtomicOperation => {
  const sent: StoredFile & { sentAt: number } = {
    ...file,
    ...{ state: "sent", sentAt, message },
  };
  commit.set(keys.file(file.id), sent).delete([...keys.loose(), file.id]);
  const isPreview = file.clientId?.startsWith(previewOf(""));
  return isPreview ? commit : commit.set(listedAt(sent), true);
};

export const read = (
  { kv }: Pick<Services, "kv">,
  id: string,
): Promise<Deno.KvEntryMaybe<StoredFile>> => kv.get(keys.file(id));

/** What is to be added to a count of bytes, which may be negative: KV counts modulo 2^64. */
export const amount = (bytes: number): bigint =>
  BigInt.asUintN(64, BigInt(bytes));

/** Adds to `commit` that so many bytes more, or fewer, are counted. */
export const count = (
  commit: Deno.AtomicOperation,
  owner: string,
  bytes: number,
): Deno.AtomicOperation =>
  commit.sum(keys.bytes(owner), amount(bytes))
    .sum(keys.allBytes(), amount(bytes));

/** The files of a person that are whole, in no order. */
export async function* filesOf(
  s: Pick<Services, "kv">,
  accountId: string,
): AsyncGenerator<StoredFile> {
  for await (const { key } of s.kv.list({ prefix: keys.ofPerson(accountId) })) {
    const { value } = await read(s, String(key.at(-1)));
    if (value && value.state !== "coming" && value.state !== "going") {
      yield value;
    }
  }
}
