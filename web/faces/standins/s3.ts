/**
 * A stand-in for Amazon S3 on loopback: the part of its REST protocol a store of pictures uses,
 * for one bucket addressed by path, with or without versions.
 */
import { crc32 } from "node:zlib";
import { broken, FaultList, silence } from "./faults.ts";
import {
  checksum,
  KEPT_HEADERS,
  refuse,
  requestId,
  xml,
} from "./s3-answers.ts";
import { uploadOperation, Uploads } from "./s3-uploads.ts";
import { checkSignature, type Signer } from "./sigv4.ts";

/** One version of an object; a marker stands where it was deleted. */
interface Version {
  key: string;
  id: string;
  isMarker: boolean;
  bytes: Uint8Array;
  headers: Record<string, string>;
}

const SIGNATURE_PROBLEMS = {
  "missing": [403, "AccessDenied"],
  "unknown-key": [403, "InvalidAccessKeyId"],
  "wrong-region": [400, "AuthorizationHeaderMalformed"],
  "wrong-signature": [403, "SignatureDoesNotMatch"],
  "wrong-body": [400, "XAmzContentSHA256Mismatch"],
} as const;

export interface S3StandIn {
  url: string;
  faults: FaultList;
  /** What the bucket holds, deleted versions and markers included. */
  versions: Version[];
  /** The keys of uploads in parts that were neither completed nor aborted. */
  uploading: string[];
  close(): Promise<void>;
}

/** Starts the stand-in on a free port. `versioned`: the bucket keeps what is deleted. */
export function startS3(
  signer: Signer,
  bucket: string,
  { versioned = false } = {},
): S3StandIn {
  const faults = new FaultList();
  const ending = new AbortController();
  let versions: Version[] = [];
  let overtaken: (() => void) | undefined;
  const uploads = new Uploads((key, bytes, headers) =>
    add({ key, id: crypto.randomUUID(), isMarker: false, bytes, headers })
  );

  async function handle(request: Request): Promise<Response> {
    const body = await request.bytes();
    const problem = checkSignature(request, body, "s3", signer);
    if (problem) {
      const [status, code] = SIGNATURE_PROBLEMS[problem];
      return refuse(status, code);
    }
    const url = new URL(request.url);
    const [, name, ...rest] = url.pathname.split("/");
    const key = decodeURIComponent(rest.join("/"));
    const operation = url.searchParams.has("versions")
      ? "ListObjectVersions"
      : uploadOperation(request.method, url.searchParams) ??
        `${request.method} object`;
    const fault = faults.take(operation);
    if (fault === "silence") return await silence(ending.signal);
    if (fault === "broken") return broken();
    if (typeof fault === "object") {
      return refuse(fault.status, fault.code, fault.message);
    }
    if (fault === "overtaken") {
      overtaken = () => perform(request, body, key, url.searchParams);
      return await silence(ending.signal);
    }
    const response = name === bucket
      ? perform(request, body, key, url.searchParams)
      : refuse(404, "NoSuchBucket");
    if (request.method === "DELETE") {
      overtaken?.();
      overtaken = undefined;
    }
    return fault === "late" ? await silence(ending.signal) : response;
  }

  function perform(
    { method, headers }: Request,
    body: Uint8Array,
    key: string,
    query: URLSearchParams,
  ): Response {
    if (query.has("versions")) return list(query.get("prefix") ?? "");
    const upload = uploads.perform(method, key, body, headers, query);
    if (upload) return upload;
    if (method === "PUT") return put(key, body, headers);
    if (method === "GET") return get(key, headers.get("range"));
    if (method === "DELETE") return remove(key, query.get("versionId"));
    return refuse(405, "MethodNotAllowed");
  }

  function put(key: string, bytes: Uint8Array, sent: Headers): Response {
    if (sent.get("content-length") !== String(bytes.length)) {
      return refuse(411, "MissingContentLength");
    }
    const sum = sent.get("x-amz-checksum-crc32");
    if (sum !== null && sum !== checksum(bytes)) {
      return refuse(400, "BadDigest");
    }
    const headers = Object.fromEntries(
      KEPT_HEADERS.map((name) => [name, sent.get(name) ?? ""]),
    );
    add({ key, id: crypto.randomUUID(), isMarker: false, bytes, headers });
    return new Response(null, {
      headers: { etag: `"${crc32(bytes)}"`, ...requestId() },
    });
  }

  function add(version: Version) {
    if (!versioned) {
      versions = versions.filter(({ key }) => key !== version.key);
    }
    versions.push(version);
  }

  function get(key: string, range: string | null): Response {
    const newest = versions.findLast((version) => version.key === key);
    if (!newest || newest.isMarker) return refuse(404, "NoSuchKey");
    const part = /^bytes=(\d+)-(\d+)$/.exec(range ?? "");
    if (part) {
      const [from, to] = [Number(part[1]), Number(part[2])];
      return new Response(newest.bytes.slice(from, to + 1), {
        status: 206,
        headers: {
          ...{ ...newest.headers, ...requestId() },
          "content-range": `bytes ${from}-${to}/${newest.bytes.length}`,
        },
      });
    }
    return new Response(new Uint8Array(newest.bytes), {
      headers: { ...newest.headers, ...requestId() },
    });
  }

  function remove(key: string, versionId: string | null): Response {
    if (versionId !== null) {
      versions = versions.filter(({ id }) => id !== versionId);
      return new Response(null, { status: 204, headers: requestId() });
    }
    if (!versioned) {
      versions = versions.filter((version) => version.key !== key);
      return new Response(null, { status: 204, headers: requestId() });
    }
    const id = crypto.randomUUID();
    add({ key, id, isMarker: true, bytes: new Uint8Array(), headers: {} });
    return new Response(null, {
      status: 204,
      headers: {
        ...requestId(),
        "x-amz-delete-marker": "true",
        "x-amz-version-id": id,
      },
    });
  }

  function list(prefix: string): Response {
    const entries = versions
      .filter(({ key }) => key.startsWith(prefix))
      .map(({ key, id, isMarker }) => {
        const tag = isMarker ? "DeleteMarker" : "Version";
        return `<${tag}><Key>${key}</Key><VersionId>${id}</VersionId></${tag}>`;
      });
    return xml(
      200,
      `<ListVersionsResult>${entries.join("")}</ListVersionsResult>`,
    );
  }

  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    handle,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    faults,
    get versions() {
      return versions;
    },
    get uploading() {
      return uploads.keys;
    },
    async close() {
      ending.abort();
      await server.shutdown();
    },
  };
}
