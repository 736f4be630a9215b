/** Small things that would cost much to take apart. */
import { type Attack, type Outcome, succeededIf } from "../attack.ts";
import { frame, jpegOf, SCAN } from "../../faces/test-jpegs.ts";
import { sayingYes, through } from "../weaknesses.ts";
import { joined } from "../wire.ts";
import type { World } from "../world.ts";

const refused = async (answer: Response): Promise<Outcome> => {
  await answer.body?.cancel();
  const { status } = answer;
  return succeededIf(status < 400 || status >= 500, `answered ${status}`);
};

/** Sends a body to web as the owner. */
const toWeb = async (
  { web, appUrl, owner }: World,
  path: string,
  body: BodyInit,
  type?: string,
): Promise<Outcome> =>
  await refused(
    await fetch(web + path, {
      method: "POST",
      headers: {
        cookie: owner.cookie,
        origin: appUrl,
        ...(type ? { "content-type": type } : {}),
      },
      body,
      redirect: "manual",
    }),
  );

const JSON_TYPE = "application/json";

/** 12,000² pixels in a few bytes: 1.2 GB once decoded. */
const hugePicture = () => jpegOf(frame(12_000, 12_000), SCAN);

const dataUrl = (jpeg: Uint8Array) =>
  `data:image/jpeg;base64,${jpeg.toBase64()}`;

const register = (faceImage: unknown) =>
  JSON.stringify({
    ...{ name: "B", email: "bomb@attacks.test", consent: true },
    password: "difference engine 1843",
    faceImage,
  });

const parts = (count: number) => {
  const form = new FormData();
  for (let i = 0; i < count; i++) form.append(`f${i}`, "x");
  return form;
};

/** Name → what is sent to web. */
const BODIES: Record<string, (world: World) => Promise<Outcome>> = {
  "a picture of 144 million pixels": (world) =>
    toWeb(world, "/api/registry", register(dataUrl(hugePicture())), JSON_TYPE),
  "a picture that is none": (world) =>
    toWeb(
      world,
      "/api/registry",
      register("data:image/jpeg;base64,AAAA"),
      JSON_TYPE,
    ),
  "a thousand pictures": (world) =>
    toWeb(
      world,
      "/api/registry",
      register(Array(1000).fill(dataUrl(hugePicture()))),
      JSON_TYPE,
    ),
  "a million brackets to the API": (world) =>
    toWeb(world, "/api/login", "[".repeat(1_000_000), JSON_TYPE),
  "a million values to the API": (world) =>
    toWeb(world, "/api/login", `[${"0,".repeat(999_999)}0]`, JSON_TYPE),
  "60,000 brackets to a small address of the API": (world) =>
    toWeb(world, "/api/token", "[".repeat(60_000), JSON_TYPE),
  "a form of 5,000 parts": (world) => toWeb(world, "/register", parts(5_000)),
  "a form of 100,000 fields": (world) =>
    toWeb(
      world,
      "/rooms",
      Array.from({ length: 100_000 }, (_, i) => `f${i}=x`).join("&"),
      "application/x-www-form-urlencoded",
    ),
  "a password of a million characters": (world) =>
    toWeb(
      world,
      "/api/login",
      JSON.stringify({
        email: "nobody@attacks.test",
        password: "x".repeat(1_000_000),
      }),
      JSON_TYPE,
    ),
  "a message of a million characters": (world) =>
    toWeb(
      world,
      "/api/messages",
      JSON.stringify({
        roomId: world.roomId,
        clientId: "bomb",
        content: "x".repeat(1_000_000),
      }),
      JSON_TYPE,
    ),
  "an address of 60,000 characters": async ({ web, owner }) =>
    await refused(
      await fetch(`${web}/rooms/${"x".repeat(60_000)}`, {
        headers: { cookie: owner.cookie },
        redirect: "manual",
      }),
    ),
  "bytes that are no UTF-8": (world) =>
    toWeb(world, "/api/token", new Uint8Array([0x22, 0xff, 0x22]), JSON_TYPE),
};

/** Name → a frame realtime must not take. */
const FRAMES: Record<string, (world: World) => unknown> = {
  "70,000 characters": ({ roomId }) => ({
    event: "chat-message",
    roomId,
    message: { clientId: "b", content: "x".repeat(70_000) },
  }),
  "30,000 brackets": () => "[".repeat(30_000),
  "a message of 4,001 characters": ({ roomId }) => ({
    event: "chat-message",
    roomId,
    message: { clientId: "b", content: "x".repeat(4_001) },
  }),
  "a field called __proto__": ({ roomId }) =>
    `{"event":"chat-message","roomId":${JSON.stringify(roomId)},` +
    `"message":{"__proto__":{"clientId":"b","content":"x"}}}`,
  "a reaction that is a thousand emoji": ({ roomId, messageId: id }) => ({
    ...{ event: "react", roomId, id, clientId: "b" },
    ...{ emoji: "👍".repeat(1_000), on: true },
  }),
};

const frames = Object.entries(FRAMES).map(([what, frameOf]): Attack => ({
  name: `a frame to realtime with ${what}`,
  async run(world) {
    await using wire = await joined(world, await world.token(world.owner));
    wire.send(frameOf(world));
    const came = await wire.next("error", "new-message", "message-ack");
    return succeededIf(
      !("closed" in came) && came.frame.event !== "error",
      "it was taken",
    );
  },
  undone: sayingYes,
}));

const flood: Attack = {
  name: "a thousand frames that are none on one socket",
  async run(world) {
    await using wire = await joined(world, await world.token(world.owner));
    for (let i = 0; i < 1_000; i++) wire.send("not JSON");
    wire.send({ event: "join-room", roomId: world.roomId });
    const came = await wire.next("room-joined");
    return succeededIf(!("closed" in came), "the socket is still open");
  },
  undone: sayingYes,
};

/** What a recording in base64 may take, as anything else: parsing it would take seconds. */
const MOUNTAINS: Record<string, (bytes: number) => string> = {
  "brackets": (bytes) => "[".repeat(bytes),
  "braces": (bytes) => '{"a":'.repeat(bytes / 5),
  "values": (bytes) => `[${"0,".repeat(bytes / 2 - 2)}0]`,
};

const mountains = Object.entries(MOUNTAINS).map(([what, make]): Attack => ({
  name: `to the transcriber: 13.9 MB of ${what}`,
  async run(world) {
    const token = await world.token(world.outsider, "transcriber");
    const answer = await fetch(`${world.transcriber}/transcribe`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": JSON_TYPE },
      body: make(13_900_000),
    });
    const text = await answer.text();
    // Refused for how much it is, which a look at its bytes tells.
    return succeededIf(
      !text.includes('"json-too-complex"'),
      `answered ${answer.status} after it was parsed`,
    );
  },
  undone: through(() => ({
    async request(service, request) {
      if (service !== "transcriber") return request;
      const value = await request.json().catch(() => null);
      return Response.json({ error: { code: value ? "?" : "invalid" } }, {
        status: 400,
      });
    },
  })),
}));

export const bombs: Attack[] = [
  ...mountains,
  ...Object.entries(BODIES).map(([what, run]): Attack => ({
    name: `to web: ${what}`,
    run,
    undone: sayingYes,
  })),
  ...frames,
  flood,
];
