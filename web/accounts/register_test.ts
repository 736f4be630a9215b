import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { nameIn } from "../faces/test-jpegs.ts";
import { findAccount, findAccountByEmail } from "./accounts.ts";
import { sweepPictures } from "./pictures.ts";
import { register } from "./register.ts";
import { keys } from "./store.ts";
import {
  codeOf,
  EMPTY_SELFIE,
  everythingIn,
  fieldsOf,
  IP,
  onStage,
  PASSWORD,
  picturesOf,
  registrationOf,
  selfieOf,
} from "./testing.ts";

const ann = registrationOf("Ann");

Deno.test(
  "registering stores the account, the face and the picture, and not the password",
  onStage(async ({ s, pictures }) => {
    const account = await register(s, { ...ann, email: " Ann@Example.COM " });
    assertEquals(await findAccount(s, account.id), account);
    assertEquals(await findAccountByEmail(s, "ann@example.com"), account);
    assertEquals(account.email, "Ann@Example.COM");
    assert(account.hasFace);
    assertEquals(pictures.size, 1);
    const stored = await everythingIn(s.kv);
    assert(!stored.includes(PASSWORD));
    assert(!stored.includes("pictures_to_delete"));
    const { value } = await s.kv.get<{ picture: string }>(
      keys.face(account.id),
    );
    assertEquals([...pictures.keys()], [value?.picture]);
  }),
);

Deno.test(
  "the selfie the engine thinks best is the picture that is kept",
  onStage(async (stage) => {
    const { s } = stage;
    const selfies = ["Ann", "Ann left", "Ann right"].map(selfieOf);
    await register(s, { ...ann, selfies });
    assertEquals(await picturesOf(stage), [selfies[2]]);
  }),
);

Deno.test(
  "a name or an e-mail of megabytes is refused without its words being looked at",
  onStage(async ({ s }) => {
    // Every word was looked for in the password: one such request held the server for 7 seconds.
    const words = "abc def ghi ".repeat(500_000);
    const { split } = String.prototype;
    let longest = 0;
    String.prototype.split = function (this: string, ...by: unknown[]) {
      longest = Math.max(longest, this.length);
      return Reflect.apply(split, this, by);
    } as typeof split;
    try {
      const huge = { ...ann, name: words, email: `${words}@example.com` };
      assertEquals(await fieldsOf(register(s, huge)), ["email", "name"]);
    } finally {
      String.prototype.split = split;
    }
    assert(longest < 10_000, `${longest}`);
  }),
);

Deno.test(
  "all fields are checked at once, and nothing is stored",
  onStage(async ({ s, pictures }) => {
    const nothing = {
      name: " ",
      email: "ann",
      password: "short",
      consent: false,
      selfies: [],
    };
    assertEquals(await fieldsOf(register(s, nothing)), [
      "consent",
      "email",
      "name",
      "password",
      "selfie",
    ]);
    assertEquals(pictures.size, 0);
    assertEquals(await everythingIn(s.kv), "");
  }),
);

for (
  const [field, change] of [
    ["name", { name: "x".repeat(81) }],
    ["name", { name: "\u200d" }],
    ["name", { name: "\u3164" }],
    ["name", { name: "\u2800\u00ad" }],
    ["name", { name: "..." }],
    ["email", { email: "ann@localhost" }],
    ["email", { email: "ann@example.com\r\nBcc: eve@example.com" }],
    ["password", { password: "x".repeat(129) }],
    ["consent", { consent: false }],
    ["selfie", { selfies: [1, 2, 3, 4].map(() => selfieOf("Ann")) }],
  ] as const
) {
  Deno.test(
    `a registration with a bad ${field} is refused: ${
      JSON.stringify(change).slice(0, 40)
    }`,
    onStage(async ({ s }) => {
      assertEquals(await fieldsOf(register(s, { ...ann, ...change })), [field]);
    }),
  );
}

Deno.test(
  "a picture without a face leaves nothing behind",
  onStage(async ({ s, pictures }) => {
    const call = register(s, { ...ann, selfies: [EMPTY_SELFIE] });
    const error = await assertRejects(() => call, AppError);
    assertEquals([error.code, error.status], ["face-none", 422]);
    assertEquals(error.fields, { selfie: error.message });
    assertEquals(pictures.size, 0);
    assertEquals(await everythingIn(s.kv), "");
  }),
);

Deno.test(
  "an e-mail is taken however it is written",
  onStage(async ({ s, person, pictures }) => {
    await person("Ann");
    const call = register(s, { ...ann, email: "ANN@example.com" });
    const error = await assertRejects(() => call, AppError);
    assertEquals([error.code, error.status], ["email-taken", 409]);
    assertEquals(Object.keys(error.fields ?? {}), ["email"]);
    assertEquals(pictures.size, 1);
  }),
);

Deno.test(
  "of registrations at the same time with one e-mail, one wins and one picture stays",
  onStage(async ({ s, pictures }) => {
    const codes = await Promise.all(
      [1, 2, 3, 4].map(() => codeOf(register(s, ann))),
    );
    assertEquals(codes.sort(), [
      "email-taken",
      "email-taken",
      "email-taken",
      "none",
    ]);
    assertEquals(pictures.size, 1);
    const account = await findAccountByEmail(s, ann.email);
    const { value } = await s.kv.get<{ picture: string }>(
      keys.face(account?.id ?? ""),
    );
    assertEquals([...pictures.keys()], [value?.picture]);
    assert(!(await everythingIn(s.kv)).includes("pictures_to_delete"));
  }),
);

Deno.test(
  "when the picture cannot be stored there is no account",
  onStage(async ({ s, broken, pictures }) => {
    broken.put = new Error("disk full");
    await assertRejects(() => register(s, ann), Error, "disk full");
    assertEquals(await findAccountByEmail(s, ann.email), null);
    await sweepPictures(s);
    assertEquals(await everythingIn(s.kv), "");
    broken.put = undefined;
    await register(s, ann);
    assertEquals(pictures.size, 1);
  }),
);

Deno.test(
  "when the commit fails there is neither account nor picture",
  onStage(async ({ s, pictures }) => {
    const atomic = s.kv.atomic.bind(s.kv);
    let commits = 0;
    s.kv.atomic = () => {
      // The first transaction is the account's; later ones clean up.
      if (commits++ === 0) throw new Error("KV is down");
      return atomic();
    };
    await assertRejects(() => register(s, ann), Error, "KV is down");
    assertEquals(pictures.size, 0);
    assertEquals(await everythingIn(s.kv), "");
  }),
);

Deno.test(
  "registrations from one network are limited",
  onStage(async ({ s }) => {
    const attempt = (ip: string) =>
      codeOf(register(s, { ...ann, selfies: [EMPTY_SELFIE], ip }));
    for (let i = 0; i < 60; i++) {
      assertEquals(await attempt("192.0.2.1"), "face-none");
    }
    assertEquals(await attempt("192.0.2.1"), "too-many-attempts");
    assertEquals(await attempt("192.0.2.2"), "face-none");
  }),
);

Deno.test(
  "photos of one network are looked at two at a time, and nobody elsewhere waits for them",
  onStage(async ({ s }) => {
    const looked: string[] = [];
    let goOn = () => {};
    const until = new Promise<void>((resolve) => goOn = resolve);
    const { enrol } = s.faces;
    s.faces.enrol = async (selfies) => {
      looked.push(nameIn(selfies[0]));
      await until;
      return await enrol.call(s.faces, selfies);
    };
    const codes: string[] = [];
    const here = Array.from({ length: 35 }, async (_, i) => {
      const eve = { ...registrationOf(`Eve${i}`), selfies: [EMPTY_SELFIE] };
      const input = { ...eve, ip: IP };
      codes.push(await codeOf(register(s, input)));
    });
    const elsewhere = { ...registrationOf("Ann"), ip: "198.51.100.1" };
    const ann = codeOf(register(s, elsewhere));
    for (let i = 0; i < 500 && codes.length < 3; i++) {
      await new Promise((done) => setTimeout(done, 1));
    }
    assertEquals(looked.toSorted(), ["", "", "Ann"]);
    goOn();
    assertEquals(await ann, "none");
    await Promise.all(here);
    const none = codes.filter((code) => code === "face-none").length;
    const busy = codes.filter((code) => code === "busy").length;
    assertEquals([none, busy], [32, 3]);
  }),
);

Deno.test(
  "asking who has an account, by registering their e-mail, is limited as well",
  onStage(async ({ s, person }) => {
    await person("Ann");
    const ask = () => codeOf(register(s, { ...ann, ip: "192.0.2.1" }));
    for (let i = 0; i < 60; i++) assertEquals(await ask(), "email-taken");
    assertEquals(await ask(), "too-many-attempts");
  }),
);
