import { Buffer } from "node:buffer";
import { createHash, createVerify, type KeyObject } from "node:crypto";
import { CRC32C } from "@google-cloud/storage";

/** An object of the bucket, as the JSON API describes it. */
interface Stored {
  bytes: Uint8Array<ArrayBuffer>;
  contentType: string;
  cacheControl?: string;
  metadata?: Record<string, string>;
}

/** A failure to answer next. */
export interface PlannedStorage {
  status: number;
  message: string;
  times?: number;
  /** What was asked for is done all the same: only its answer is lost. */
  isDone?: boolean;
}

/** Cloud Storage on this machine: the JSON API and signed addresses for one bucket. */
export class GoogleStorage implements AsyncDisposable {
  readonly bucket = "chat-clips";
  readonly url: string;
  readonly objects = new Map<string, Stored>();
  /** The same bytes by their gs:// address, for the stand-in of Speech-to-Text. */
  readonly byUri = new Map<string, Uint8Array>();
  /** The bucket's own resource. */
  settings: Record<string, unknown> = { metageneration: "1" };
  /** Method and path of each request. */
  readonly requests: string[] = [];
  /** Bytes of objects that were read. */
  sent = 0;
  /** The public half of the key addresses are signed with. */
  publicKey?: KeyObject;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #planned: PlannedStorage[] = [];

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Has the next request fail. */
  fail(planned: PlannedStorage): void {
    for (let i = 0; i < (planned.times ?? 1); i++) this.#planned.push(planned);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.requests.push(`${request.method} ${pathname}`);
    const planned = this.#planned.shift();
    if (!planned) return await this.#done(request);
    if (planned.isDone) await (await this.#done(request)).body?.cancel();
    return problem(planned.status, planned.message);
  }

  async #done(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const { pathname } = url;
    const bucket = /^\/(?:upload\/|download\/)?storage\/v1\/b\/([^/]+)/
      .exec(pathname)?.[1] ?? pathname.split("/")[1];
    if (bucket !== this.bucket) {
      return problem(404, "The specified bucket does not exist.");
    }
    if (pathname.startsWith("/upload/")) return await this.#upload(request);
    if (pathname === `/storage/v1/b/${bucket}`) return this.#settings(request);
    if (pathname === `/storage/v1/b/${bucket}/o`) return this.#list(url);
    const path = /\/o\/(.+)$/.exec(pathname)?.[1];
    return path
      ? this.#object(request, decodeURIComponent(path))
      : this.#signed(request, pathname.slice(bucket.length + 2));
  }

  async #settings(request: Request): Promise<Response> {
    if (request.method !== "PATCH") return Response.json(this.settings);
    const match = new URL(request.url).searchParams
      .get("ifMetagenerationMatch");
    if (match !== this.settings.metageneration) {
      return problem(412, "At least one of the pre-conditions did not hold.");
    }
    const metageneration = `${Number(match) + 1}`;
    this.settings = {
      ...this.settings,
      ...await request.json(),
      metageneration,
    };
    return Response.json(this.settings);
  }

  /** RFC 2387: a JSON part that describes, and a part with the bytes. */
  async #upload(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const type = request.headers.get("content-type") ?? "";
    const boundary = /^multipart\/related; boundary="?([^";]+)/.exec(type)?.[1];
    if (searchParams.get("uploadType") !== "multipart" || !boundary) {
      return problem(400, "Bad upload.");
    }
    // One character a byte, so that text tools do not change the bytes.
    const body = new TextDecoder("latin1").decode(await request.arrayBuffer());
    const [, head, data] = body.split(`--${boundary}`).map((part) =>
      part.slice(part.indexOf("\r\n\r\n") + 4, -2)
    );
    const about = JSON.parse(head);
    const name = searchParams.get("name") ?? about.name;
    const once = searchParams.get("ifGenerationMatch") === "0";
    if (once && this.objects.has(name)) {
      return problem(412, "At least one of the pre-conditions did not hold.");
    }
    const bytes = Uint8Array.from(data, windows1252);
    this.objects.set(name, { ...about, bytes });
    this.byUri.set(`gs://${this.bucket}/${name}`, bytes);
    return Response.json(this.#resource(name));
  }

  /** https://cloud.google.com/storage/docs/json_api/v1/objects/list, 100 at a time. */
  #list({ searchParams }: URL): Response {
    const after = searchParams.get("pageToken") ?? "";
    const names = [...this.objects.keys()].sort()
      .filter((name) => name.startsWith(searchParams.get("prefix") ?? ""))
      .filter((name) => name > after);
    const page = names.slice(0, 100);
    return Response.json({
      kind: "storage#objects",
      items: page.map((name) => this.#resource(name)),
      ...(page.length < names.length && { nextPageToken: page.at(-1) }),
    });
  }

  #object(request: Request, name: string): Response {
    const stored = this.objects.get(name);
    if (!stored) {
      return problem(404, `No such object: ${this.bucket}/${name}`);
    }
    if (request.method === "DELETE") {
      this.objects.delete(name);
      this.byUri.delete(`gs://${this.bucket}/${name}`);
      return new Response(null, { status: 204 });
    }
    if (new URL(request.url).searchParams.get("alt") !== "media") {
      return Response.json(this.#resource(name));
    }
    const { crc32c, md5Hash } = this.#resource(name);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/
      .exec(request.headers.get("range") ?? "") ?? [];
    if (from) {
      const part = stored.bytes.slice(Number(from), Number(to) + 1);
      this.sent += part.length;
      return new Response(part, {
        status: 206,
        headers: { "content-type": stored.contentType },
      });
    }
    this.sent += stored.bytes.length;
    return new Response(stored.bytes, {
      headers: {
        "content-type": stored.contentType,
        "x-goog-hash": `crc32c=${crc32c},md5=${md5Hash}`,
      },
    });
  }

  #resource(name: string) {
    const { bytes, ...about } = this.objects.get(name)!;
    const checksum = new CRC32C();
    checksum.update(Buffer.from(bytes));
    return {
      kind: "storage#object",
      bucket: this.bucket,
      name,
      ...about,
      size: `${bytes.length}`,
      generation: "1",
      crc32c: checksum.toString(),
      md5Hash: createHash("md5").update(bytes).digest("base64"),
    };
  }

  /** https://cloud.google.com/storage/docs/authentication/canonical-requests */
  #signed(request: Request, name: string): Response {
    const url = new URL(request.url);
    const signature = url.searchParams.get("X-Goog-Signature") ?? "";
    url.searchParams.delete("X-Goog-Signature");
    const asked = (key: string) => url.searchParams.get(key) ?? "";
    const query = [...url.searchParams]
      .map((pair) => pair.map(encode).join("=")).sort().join("&");
    const canonical = [
      request.method,
      url.pathname,
      query,
      `host:${url.hostname}`, // the real service has no port
      "",
      "host",
      "UNSIGNED-PAYLOAD",
    ].join("\n");
    const text = [
      "GOOG4-RSA-SHA256",
      asked("X-Goog-Date"),
      asked("X-Goog-Credential").split("/").slice(1).join("/"),
      createHash("sha256").update(canonical).digest("hex"),
    ].join("\n");
    const right = this.publicKey !== undefined && createVerify("RSA-SHA256")
      .update(text).verify(this.publicKey, signature, "hex");
    if (!right) return problem(403, "SignatureDoesNotMatch");
    return this.objects.has(name)
      ? new Response(this.objects.get(name)!.bytes)
      : problem(404, "NoSuchKey");
  }
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

// The decoder called "latin1" is windows-1252, which moves 27 characters; this moves them back.
const MOVED = new Map(
  Array.from({ length: 256 }, (_, byte) => [
    new TextDecoder("latin1").decode(new Uint8Array([byte])),
    byte,
  ]),
);
const windows1252 = (char: string) => MOVED.get(char) ?? 0;

const problem = (code: number, message: string) =>
  Response.json({ error: { code, message, errors: [{ message }] } }, {
    status: code,
  });
