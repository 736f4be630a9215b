import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import {
  checkEmailCode,
  EMAIL_CODE_TRIES,
  startEmailCode,
} from "./email-code.ts";
import { randomCode } from "./secrets.ts";
import { keys } from "./store.ts";
import {
  codeOf,
  everythingIn,
  expire,
  onStage,
  type Stage,
} from "./testing.ts";

const codeIn = ({ mails }: Stage): string =>
  (mails.at(-1)?.text.match(/\d{3} \d{3}/)?.[0] ?? "").replace(" ", "");

const otherThan = (code: string): string => code === "000000" ? "1" : "000000";

Deno.test("codes are six digits", () => {
  for (let i = 0; i < 1_000; i++) assert(/^\d{6}$/.test(randomCode()));
});

Deno.test(
  "the code goes to the account's address, in both forms, and is not stored",
  onStage(async (stage) => {
    const { id } = await stage.person("Ann");
    await startEmailCode(stage.s, id);
    const [mail] = stage.mails;
    const code = codeIn(stage);
    assertEquals(mail.to, "ann@example.com");
    assert(mail.html.includes(`${code.slice(0, 3)} ${code.slice(3)}`));
    assert(!mail.subject.includes(code));
    assert(!(await everythingIn(stage.s.kv)).includes(code));
    await checkEmailCode(stage.s, id, code);
  }),
);

Deno.test(
  "five wrong codes end it, also for the right one",
  onStage(async (stage) => {
    const { s } = stage;
    const { id } = await stage.person("Ann");
    await startEmailCode(s, id);
    const code = codeIn(stage);
    const answers: string[] = [];
    for (let i = 0; i < EMAIL_CODE_TRIES; i++) {
      answers.push(await codeOf(checkEmailCode(s, id, otherThan(code))));
    }
    assertEquals(answers, [...Array(4).fill("wrong-code"), "code-expired"]);
    assertEquals(await codeOf(checkEmailCode(s, id, code)), "code-expired");
  }),
);

Deno.test(
  "wrong codes tried side by side are no more than five",
  onStage(async (stage) => {
    const { s } = stage;
    const { id } = await stage.person("Ann");
    await startEmailCode(s, id);
    const wrong = otherThan(codeIn(stage));
    await Promise.all(
      Array.from({ length: 8 }, () => codeOf(checkEmailCode(s, id, wrong))),
    );
    const left = await s.kv.get<{ triesLeft: number }>(keys.emailCode(id));
    assertEquals(left.value?.triesLeft, 0);
  }),
);

Deno.test(
  "the right code at the same time twice is right once",
  onStage(async (stage) => {
    const { s } = stage;
    const { id } = await stage.person("Ann");
    await startEmailCode(s, id);
    const code = codeIn(stage);
    const codes = await Promise.all([
      codeOf(checkEmailCode(s, id, code)),
      codeOf(checkEmailCode(s, id, code)),
    ]);
    assert(codes.filter((each) => each === "none").length <= 1, codes.join());
  }),
);

Deno.test(
  "a code works ten minutes, for its account, until the next one",
  onStage(async (stage) => {
    const { s, person } = stage;
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    await startEmailCode(s, ann.id);
    const first = codeIn(stage);
    assertEquals(
      await codeOf(checkEmailCode(s, bob.id, first)),
      "code-expired",
    );
    await startEmailCode(s, ann.id);
    const second = codeIn(stage);
    if (first !== second) {
      assertEquals(
        await codeOf(checkEmailCode(s, ann.id, first)),
        "wrong-code",
      );
    }
    await expire(s.kv, keys.emailCode(ann.id));
    assertEquals(
      await codeOf(checkEmailCode(s, ann.id, second)),
      "code-expired",
    );
  }),
);

Deno.test(
  "nobody's mailbox is filled with codes",
  onStage(async ({ s, person, mails }) => {
    const { id } = await person("Ann");
    for (let i = 0; i < 5; i++) await startEmailCode(s, id);
    const error = await assertRejects(() => startEmailCode(s, id), AppError);
    assertEquals([error.code, error.status], ["too-many-attempts", 429]);
    assertEquals(mails.length, 5);
  }),
);

Deno.test(
  "who signs in with codes can do so as often as they like",
  onStage(async (stage) => {
    const { id } = await stage.person("Ann");
    for (let i = 0; i < 7; i++) {
      await startEmailCode(stage.s, id);
      await checkEmailCode(stage.s, id, codeIn(stage));
    }
  }),
);

Deno.test(
  "when the e-mail cannot be sent no code is left",
  onStage(async ({ s, person, broken }) => {
    const { id } = await person("Ann");
    broken.mailer = new AppError({
      code: "mail-failed",
      status: 503,
      message: "Later.",
    });
    assertEquals(await codeOf(startEmailCode(s, id)), "mail-failed");
    assertEquals((await s.kv.get(keys.emailCode(id))).value, null);
  }),
);

Deno.test(
  "an e-mail that cannot be sent takes no code along that was asked for meanwhile",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { id } = await person("Ann");
    const send = async () => {
      await startEmailCode(s, id);
      throw new AppError({ code: "mail-failed", status: 503, message: "No." });
    };
    const slow = { ...s, mailer: { ...s.mailer, send } };
    assertEquals(await codeOf(startEmailCode(slow, id)), "mail-failed");
    await checkEmailCode(s, id, codeIn(stage));
  }),
);
