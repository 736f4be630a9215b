/** The app with a room of Ada’s, for tests of files. */
import { assertEquals } from "@std/assert";
import encodePng from "@jsquash/png/encode.js";
import type { Account } from "../../accounts/types.ts";
import { encodeJpeg } from "../../faces/codec.ts";
import { endPictures } from "../../files/pictures/worker-pool.ts";
import { keys as roomKeys, type StoredRoom } from "../../rooms/store.ts";
import { putMembership } from "../../rooms/memberships.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { type TestApp, testApp } from "./app.ts";
import type { FilePart } from "../../../realtime/protocol.ts";

export interface Stage {
  app: TestApp;
  ada: { account: Account; cookie: string };
  room: string;
  /** Adds a file as a program does. */
  add(
    body: Uint8Array | string,
    name?: string,
    cookie?: string,
  ): Promise<Response>;
  added(body: Uint8Array | string, name?: string): Promise<FilePart>;
  post(files: string[], more?: object, cookie?: string): Promise<Response>;
  /** The paths of all that is in the store. */
  stored(): Promise<string[]>;
}

export const onFiles = (
  run: (stage: Stage) => Promise<void>,
  env: Record<string, string> = {},
) =>
async () => {
  await using app = await testApp(env);
  const ada = await app.person("Ada");
  const { id: room } = await createRoom(app.services, ada.account, "Tea");
  const stage: Stage = {
    app,
    ada,
    room,
    add: (body, name = "a.bin", cookie = ada.cookie) =>
      app.ask(`/api/rooms/${room}/files?name=${encodeURIComponent(name)}`, {
        method: "POST",
        body: typeof body === "string" ? body : new Uint8Array(body),
        headers: {
          "content-type": "application/octet-stream",
          "content-length": String(body.length),
        },
        cookie,
      }),
    async added(body, name) {
      const answer = await stage.add(body, name);
      assertEquals(answer.status, 201);
      return await answer.json();
    },
    post: (files, more = {}, cookie = ada.cookie) =>
      app.ask("/api/messages", {
        method: "POST",
        body: JSON.stringify({
          ...{ roomId: room, clientId: "c1", content: "", files },
          ...more,
        }),
        headers: { "content-type": "application/json" },
        cookie,
      }),
    async stored() {
      const paths: string[] = [];
      const walk = async (folder: string) => {
        try {
          for await (const { name, isFile } of Deno.readDir(folder)) {
            if (isFile) paths.push(name);
            else await walk(`${folder}/${name}`);
          }
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        }
      };
      await walk(`${app.services.config.dataDir}/files`);
      return paths;
    },
  };
  try {
    await run(stage);
  } finally {
    endPictures();
  }
};

/** Puts somebody into a room. */
export async function enter(
  { services: { kv } }: TestApp,
  roomId: string,
  id: string,
) {
  const { key, value } = await kv.get<StoredRoom>(roomKeys.room(roomId));
  const commit = kv.atomic()
    .set(key, { ...value, memberCount: value!.memberCount + 1 });
  const joinedAt = Date.now();
  putMembership(commit, roomId, id, { role: "member", joinedAt });
  await commit.commit();
}

export const codeOf = async (
  answer: Response,
) => [answer.status, (await answer.json()).error.code];

/** A picture whose left half is another colour than its right. */
function halves(width: number, height: number): ImageData {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let at = 0; at < data.length; at += 4) {
    if (at / 4 % width < width / 2) data.set([200, 0, 0], at);
  }
  return new ImageData(data, width, height);
}

export const png = async (width: number, height: number) =>
  new Uint8Array(await encodePng(halves(width, height)));

/** A JPEG that lies on its side, and says where it was taken. */
export async function photo(
  width: number,
  height: number,
): Promise<Uint8Array> {
  const jpeg = await encodeJpeg(halves(width, height));
  const exif = new TextEncoder().encode(
    "Exif\0\0MM\0*\0\0\0\b\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS 52.5N 13.4E",
  );
  const length = exif.length + 2;
  return await new Blob([
    jpeg.slice(0, 2),
    new Uint8Array([0xff, 0xe1, length >> 8, length & 255]),
    exif,
    jpeg.slice(2),
    "<script>alert(1)</script>",
  ]).bytes();
}
