/**
 * A KV server on loopback, as a self-hosted denokv or Deno Deploy is one: the KV Connect protocol,
 * version 2, in memory. Deno's own client is what speaks to it.
 * https://github.com/denoland/denokv/tree/main/proto
 */
import { type Field, fieldsOf, messageOf } from "./protobuf.ts";

interface Entry {
  value: Uint8Array;
  encoding: number;
  versionstamp: Uint8Array;
  /** Milliseconds since the Unix epoch; Infinity: never. */
  expiresAt: number;
}

const SET = 1, DELETE = 2;
const SUCCESS = 1, CHECK_FAILURE = 2;

const hex = (bytes: Uint8Array) => bytes.toHex();

/** Starts a server that knows one token. */
export function kvServer(token: string) {
  const databaseId = crypto.randomUUID();
  const session = crypto.randomUUID();
  // By the key's bytes in hex, whose order is theirs.
  const entries = new Map<string, Entry>();
  const counts = { reads: 0, writes: 0, conflicts: 0 };
  let version = 0n;

  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    return entry && entry.expiresAt > Date.now() ? entry : undefined;
  };

  function read(range: Field[]): Field[] {
    const of = (number: number) =>
      range.find((field) => field.number === number);
    const [start, end] = [1, 2].map((n) =>
      hex(of(n)?.bytes ?? new Uint8Array())
    );
    const keys = [...entries.keys()].filter((key) => key >= start && key < end)
      .filter(live).sort();
    if (of(4)?.value) keys.reverse();
    return keys.slice(0, Number(of(3)?.value ?? 0)).map((key) => {
      const { value, encoding, versionstamp } = entries.get(key)!;
      const entry = messageOf([
        { number: 1, bytes: Uint8Array.fromHex(key) },
        { number: 2, bytes: value },
        { number: 3, value: BigInt(encoding) },
        { number: 4, bytes: versionstamp },
      ]);
      return { number: 1, bytes: entry };
    });
  }

  function snapshotRead(body: Uint8Array): Uint8Array {
    counts.reads++;
    const ranges = fieldsOf(body).filter(({ number }) => number === 1)
      .map(({ bytes = new Uint8Array() }) => ({
        number: 1,
        bytes: messageOf(read(fieldsOf(bytes))),
      }));
    return messageOf([...ranges, { number: 4, value: 1n }]);
  }

  function atomicWrite(body: Uint8Array): Uint8Array {
    const fields = fieldsOf(body);
    if (fields.some(({ number }) => number === 3)) {
      throw new Error("Queues are not for Deno Deploy.");
    }
    const parts = (number: number) =>
      fields.filter((field) => field.number === number)
        .map(({ bytes = new Uint8Array() }) => fieldsOf(bytes));
    const bytesOf = (part: Field[], number: number) =>
      part.find((field) => field.number === number)?.bytes ?? new Uint8Array();
    const numberOf = (part: Field[], number: number) =>
      Number(part.find((field) => field.number === number)?.value ?? 0);
    for (const check of parts(1)) {
      const present = live(hex(bytesOf(check, 1)))?.versionstamp;
      if (hex(present ?? new Uint8Array()) !== hex(bytesOf(check, 2))) {
        counts.conflicts++;
        return messageOf([{ number: 1, value: BigInt(CHECK_FAILURE) }]);
      }
    }
    counts.writes++;
    const versionstamp = Uint8Array.fromHex(
      (++version).toString(16).padStart(20, "0"),
    );
    for (const mutation of parts(2)) {
      const key = hex(bytesOf(mutation, 1));
      const type = numberOf(mutation, 3);
      if (type === DELETE) entries.delete(key);
      else if (type !== SET) throw new Error(`Mutation ${type}?`);
      else {
        const value = fieldsOf(bytesOf(mutation, 2));
        entries.set(key, {
          value: bytesOf(value, 1),
          encoding: numberOf(value, 2),
          versionstamp,
          expiresAt: numberOf(mutation, 4) || Infinity,
        });
      }
    }
    return messageOf([
      { number: 1, value: BigInt(SUCCESS) },
      { number: 2, bytes: versionstamp },
    ]);
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname, origin } = new URL(request.url);
    const bearer = request.headers.get("authorization");
    if (pathname === "/") {
      if (bearer !== `Bearer ${token}`) {
        return new Response("", { status: 401 });
      }
      const { supportedVersions } = await request.json();
      if (!supportedVersions.includes(2)) {
        return new Response("", { status: 400 });
      }
      return Response.json({
        version: 2,
        databaseId,
        endpoints: [{ url: `${origin}/v2`, consistency: "strong" }],
        token: session,
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      });
    }
    const isKnown = bearer === `Bearer ${session}` &&
      request.headers.get("x-denokv-version") === "2" &&
      request.headers.get("x-denokv-database-id") === databaseId;
    if (!isKnown) return new Response("", { status: 403 });
    const work =
      { "/v2/snapshot_read": snapshotRead, "/v2/atomic_write": atomicWrite }[
        pathname
      ];
    if (!work) return new Response("", { status: 404 });
    return new Response(
      work(await request.bytes()) as Uint8Array<ArrayBuffer>,
      {
        headers: { "content-type": "application/x-protobuf" },
      },
    );
  }

  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    answer,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    /** What it was asked, and how often two wrote over each other. */
    counts,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
