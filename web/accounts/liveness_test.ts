import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { deleteAccount } from "./delete-account.ts";
import { checkFace } from "./faces.ts";
import type { FaceEngine } from "../services.ts";
import { askedTurn, flawOf, type Turn } from "./liveness.ts";
import { createPendingLogin } from "./pending-logins.ts";
import { signInWithFace } from "./sign-in.ts";
import { keys } from "./store.ts";
import {
  codeOf,
  EMPTY_SELFIE,
  everythingIn,
  fieldsOf,
  IP,
  onStage,
  selfieOf,
  type Stage,
} from "./testing.ts";

const OTHER: Record<Turn, Turn> = { left: "right", right: "left" };

/** Somebody of whom a turn is asked, and the photos of an answer. */
async function onTurns(stage: Stage) {
  const { s, person } = stage;
  s.config.faceLiveness = "turn";
  const ann = await person("Ann");
  const { token } = await createPendingLogin(s, ann.id);
  const asked = async () => (await askedTurn(s, ann.id))!;
  const turned = (whom: string, side: Turn, degrees = 30) =>
    selfieOf(whom, side === "left" ? degrees : -degrees);
  const answer = (straight: Uint8Array, second?: Uint8Array) =>
    signInWithFace(s, token, straight, IP, second);
  return { ann, asked, turned, answer };
}

const messageOf = async (call: Promise<unknown>): Promise<string> =>
  (await assertRejects(() => call, AppError)).message;

Deno.test(
  "a second photo with the head turned as asked makes a session",
  onStage(async (stage) => {
    const { asked, turned, answer } = await onTurns(stage);
    const second = turned("Ann", await asked());
    assert((await answer(selfieOf("Ann"), second)).token);
  }),
);

Deno.test(
  "without liveness nothing is asked, and a second photo is not looked at",
  onStage(async (stage) => {
    const { s } = stage;
    const { ann } = await onTurns(stage);
    s.config.faceLiveness = "off";
    assertEquals(await askedTurn(s, ann.id), null);
    await checkFace(s, ann.id, selfieOf("Ann"), IP, EMPTY_SELFIE);
  }),
);

Deno.test(
  "each way of not turning is refused, says what to do, and where to turn next",
  onStage(async (stage) => {
    const { asked, turned, answer } = await onTurns(stage);
    const ann = selfieOf("Ann");
    const flaws: [RegExp, (side: Turn) => Uint8Array][] = [
      [/not turn your head far enough/, () => ann],
      [/not turn your head far enough/, (side) => turned("Ann", side, 21)],
      [/the other way.*mirrors selfies/, (side) => turned("Ann", OTHER[side])],
      [/not look like the same person/, (side) => turned("Eve", side)],
    ];
    for (const [sentence, second] of flaws) {
      const call = answer(ann, second(await asked()));
      const error = await assertRejects(() => call, AppError);
      assertEquals([error.code, error.status], ["liveness-failed", 401]);
      assertEquals(error.fields, { selfie: error.message });
      assert(sentence.test(error.message), error.message);
      const next = new RegExp(`head turned to your ${await asked()}\\.$`);
      assert(next.test(error.message), error.message);
    }
  }),
);

Deno.test(
  "another person's head does not sign in, however it turns",
  onStage(async (stage) => {
    const { asked, turned, answer } = await onTurns(stage);
    const call = answer(selfieOf("Eve"), turned("Eve", await asked()));
    assertEquals(await codeOf(call), "face-mismatch");
  }),
);

Deno.test(
  "a photo from the side and its mirror image are no straight and turned head",
  onStage(async (stage) => {
    const { asked, turned, answer } = await onTurns(stage);
    for (const degrees of [13, 22, 30]) {
      const side = await asked();
      const first = turned("Ann", OTHER[side], degrees);
      const call = answer(first, turned("Ann", side, degrees));
      const error = await assertRejects(() => call, AppError);
      assertEquals(error.code, "face-turned");
      assert(error.message.endsWith("in which you look straight ahead."));
    }
  }),
);

Deno.test(
  "a side is not drawn again for nothing: not by new logins, nor photos that cannot be judged",
  onStage(async (stage) => {
    const { s } = stage;
    const { ann, asked, turned, answer } = await onTurns(stage);
    const side = await asked();
    const second = turned("Ann", side);
    // Three pictures each time that count, of the twenty in a quarter of an hour.
    for (let i = 0; i < 6; i++) {
      await createPendingLogin(s, ann.id);
      assertEquals(await fieldsOf(answer(selfieOf("Ann"))), ["selfie"]);
      const none = answer(EMPTY_SELFIE, second);
      assert((await messageOf(none)).endsWith("you look straight ahead."));
      const faceless = answer(selfieOf("Ann"), EMPTY_SELFIE);
      assert((await messageOf(faceless)).endsWith("you turn your head."));
      // Whether the first photo matches is not told either before both can be judged.
      const unlike = answer(selfieOf("Eve"), EMPTY_SELFIE);
      assertEquals(await codeOf(unlike), "face-none");
      assertEquals(await asked(), side);
    }
    assert((await answer(selfieOf("Ann"), second)).token);
  }),
);

Deno.test(
  "answers that were judged are counted, whatever was wrong with them",
  onStage(async (stage) => {
    const { asked, turned, answer } = await onTurns(stage);
    const wrong = async (whom: string) => {
      const side = OTHER[await asked()];
      return await codeOf(answer(selfieOf(whom), turned(whom, side)));
    };
    for (const whom of ["Ann", "Eve", "Ann", "Eve"]) {
      const code = whom === "Ann" ? "liveness-failed" : "face-mismatch";
      assertEquals(await wrong(whom), code);
    }
    assertEquals(await wrong("Ann"), "login-expired");
    const right = answer(selfieOf("Ann"), turned("Ann", await asked()));
    assertEquals(await codeOf(right), "login-expired");
  }),
);

for (const whom of ["Ann", "Eve"]) {
  Deno.test(
    `a side is drawn again after ${whom} has answered as Ann`,
    onStage(async (stage) => {
      const { s } = stage;
      const { ann, asked, turned } = await onTurns(stage);
      const drawn = new Set<Turn>();
      // One side comes up 64 times in a row once in 2^63 runs.
      for (let i = 0; i < 64 && drawn.size < 2; i++) {
        const side = await asked();
        drawn.add(side);
        const second = turned(whom, side);
        await codeOf(checkFace(s, ann.id, selfieOf(whom), IP, second));
        await s.kv.delete(keys.attempts("face", ann.id));
      }
      assertEquals(drawn.size, 2);
    }),
  );
}

Deno.test(
  "of drawings side by side one stays, and it goes with the account",
  onStage(async (stage) => {
    const { s } = stage;
    const { ann, asked } = await onTurns(stage);
    const all = await Promise.all(Array.from({ length: 8 }, asked));
    assertEquals(new Set(all).size, 1);
    // Ann is in no room, so there is nobody to tell.
    const realtime = {} as Parameters<typeof deleteAccount>[0]["realtime"];
    await deleteAccount({ ...s, realtime }, ann.id);
    assert(!(await everythingIn(s.kv)).includes('"turns"'));
  }),
);

Deno.test("the head must move from photo to photo, and the nose with it as one that stands out", async () => {
  const flaw = (
    turn: "left" | "right",
    first: { yaw: number; nose?: number },
    second: { yaw: number; nose?: number },
  ) => {
    const face = {
      template: new Uint8Array(),
      selfie: () => Promise.resolve(null),
    };
    const faces: FaceEngine = {
      name: "local",
      enrol: () => Promise.reject(new Error("nobody enrols here")),
      verify: () => Promise.resolve({ match: true, face, ...second }),
      close: () => Promise.resolve(),
    };
    return flawOf(
      faces,
      turn,
      { match: true, face, ...first },
      new Uint8Array(),
    );
  };
  const [ahead, left, right] = [
    { yaw: 0, nose: 0 },
    { yaw: 28, nose: 0.3 },
    { yaw: -28, nose: -0.3 },
  ];
  assertEquals(await flaw("left", ahead, left), null);
  assertEquals(await flaw("right", ahead, right), null);
  assertEquals(await flaw("left", ahead, right), "other-side");
  // A portrait that was turned a little, at a slant.
  assertEquals(
    await flaw("left", { yaw: 11, nose: 0.1 }, { yaw: 24, nose: 0.4 }),
    "not-turned",
  );
  assertEquals(
    await flaw("right", { yaw: -11, nose: -0.1 }, { yaw: -24, nose: -0.4 }),
    "not-turned",
  );
  // A bent print, whose nose stays where it is printed; a mirrored one.
  assertEquals(await flaw("left", ahead, { yaw: 28, nose: 0.1 }), "flat");
  assertEquals(await flaw("right", ahead, { yaw: -28, nose: 0.3 }), "flat");
  // An engine that does not say is asked for no more than the turn.
  assertEquals(await flaw("left", { yaw: 0 }, { yaw: 28 }), null);
});
