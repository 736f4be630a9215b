/** What the answers of the stand-in of S3 are made of. */
import { crc32 } from "node:zlib";

/** Headers of an upload that come back with the object. */
export const KEPT_HEADERS = [
  "content-type",
  "cache-control",
  "x-amz-server-side-encryption",
  "x-amz-acl",
];

export function checksum(bytes: Uint8Array): string {
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, crc32(bytes));
  return sum.toBase64();
}

export function refuse(status: number, code: string, message = ""): Response {
  return xml(
    status,
    `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
}

export function xml(status: number, body: string): Response {
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`, {
    status,
    headers: { "content-type": "application/xml", ...requestId() },
  });
}

export function requestId() {
  return { "x-amz-request-id": crypto.randomUUID() };
}
