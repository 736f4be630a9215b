/** Uploads in parts, as S3 takes them: nothing is there until they are completed. */
import {
  checksum,
  KEPT_HEADERS,
  refuse,
  requestId,
  xml,
} from "./s3-answers.ts";

/** Bytes every part but the last must have. */
const LEAST = 5 * 1024 * 1024;

interface Upload {
  key: string;
  headers: Record<string, string>;
  parts: Map<number, Uint8Array<ArrayBuffer>>;
}

/** What a request does to an upload, in the names S3 gives it; undefined if it is about none. */
export function uploadOperation(
  method: string,
  query: URLSearchParams,
): string | undefined {
  if (query.has("uploads")) {
    return method === "POST" ? "CreateMultipartUpload" : "ListMultipartUploads";
  }
  if (!query.has("uploadId")) return undefined;
  return {
    PUT: "UploadPart",
    POST: "CompleteMultipartUpload",
    DELETE: "AbortMultipartUpload",
  }[method];
}

export class Uploads {
  readonly #open = new Map<string, Upload>();

  constructor(
    readonly complete: (
      key: string,
      bytes: Uint8Array<ArrayBuffer>,
      headers: Record<string, string>,
    ) => void,
  ) {}

  get keys(): string[] {
    return [...this.#open.values()].map(({ key }) => key);
  }

  /** The answer to a request about an upload; undefined for any other. */
  perform(
    method: string,
    key: string,
    body: Uint8Array,
    sent: Headers,
    query: URLSearchParams,
  ): Response | undefined {
    const operation = uploadOperation(method, query);
    if (operation === undefined) return undefined;
    if (operation === "CreateMultipartUpload") return this.#begin(key, sent);
    if (operation === "ListMultipartUploads") {
      return this.#list(query.get("prefix") ?? "");
    }
    const id = query.get("uploadId") ?? "";
    const upload = this.#open.get(id);
    if (upload?.key !== key) return refuse(404, "NoSuchUpload");
    if (operation === "UploadPart") {
      const sum = sent.get("x-amz-checksum-crc32");
      if (sum !== null && sum !== checksum(body)) {
        return refuse(400, "BadDigest");
      }
      const number = Number(query.get("partNumber"));
      upload.parts.set(number, new Uint8Array(body));
      return new Response(null, {
        headers: { etag: `"${number}"`, ...requestId() },
      });
    }
    this.#open.delete(id);
    if (operation === "AbortMultipartUpload") {
      return new Response(null, { status: 204, headers: requestId() });
    }
    return this.#end(upload, new TextDecoder().decode(body));
  }

  #begin(key: string, sent: Headers): Response {
    const id = crypto.randomUUID();
    const headers = Object.fromEntries(
      KEPT_HEADERS.map((name) => [name, sent.get(name) ?? ""]),
    );
    this.#open.set(id, { key, headers, parts: new Map() });
    return xml(
      200,
      `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  }

  #list(prefix: string): Response {
    const uploads = [...this.#open]
      .filter(([, { key }]) => key.startsWith(prefix))
      .map(([id, { key }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`
      );
    return xml(
      200,
      `<ListMultipartUploadsResult>${
        uploads.join("")
      }</ListMultipartUploadsResult>`,
    );
  }

  #end({ key, headers, parts }: Upload, body: string): Response {
    const named = [...body.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)]
      .map(([, number]) => parts.get(Number(number)));
    const chosen = named.filter((part) => part !== undefined);
    if (named.length === 0 || chosen.length < named.length) {
      return refuse(400, "InvalidPart");
    }
    if (chosen.slice(0, -1).some(({ length }) => length < LEAST)) {
      return refuse(400, "EntityTooSmall");
    }
    const size = chosen.reduce((sum, { length }) => sum + length, 0);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of chosen) {
      bytes.set(part, at);
      at += part.length;
    }
    this.complete(key, bytes, headers);
    return xml(
      200,
      `<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>`,
    );
  }
}
