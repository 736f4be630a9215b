import { assertEquals } from "@std/assert";
import { readConfig } from "../config.ts";
import { requestReset } from "./reset-requests.ts";
import { codeOf, everythingIn, fieldsOf, IP, onStage } from "./testing.ts";

const config = readConfig({});

Deno.test(
  "nothing is stored or sent for an address without an account",
  onStage(async ({ s, mails }) => {
    const email = "nobody@example.com";
    const { sent } = await requestReset({ ...s, config }, { email, ip: IP });
    await sent;
    assertEquals(mails, []);
    const stored = await everythingIn(s.kv);
    assertEquals(stored.includes("password_resets"), false);
    assertEquals(stored.includes(email), false);
  }),
);

Deno.test(
  "an address without an account is as much work as one with, at a time nobody foresees",
  onStage(async ({ s, person }) => {
    const { email } = await person("Ann");
    const writesFor = async (email: string) => {
      let writes = 0;
      const kv = new Proxy(s.kv, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (typeof value !== "function") return value;
          if (name === "set") writes += 1;
          return value.bind(target);
        },
      });
      const asked = await requestReset({ ...s, kv, config }, { email, ip: IP });
      // Counting the request is over: what is written from here on is the work.
      writes = 0;
      let isDone = false;
      asked.sent.then(() => isDone = true);
      await Promise.resolve();
      assertEquals(isDone, false);
      await asked.sent;
      return writes;
    };
    const writes = await Promise.all(
      [email, "nobody@example.com"].map(writesFor),
    );
    assertEquals(writes, [1, 1]);
  }),
);

Deno.test(
  "the answer waits neither for the look-up nor for the mail server",
  onStage(async ({ s, person }) => {
    const { email } = await person("Ann");
    const { promise, resolve } = Promise.withResolvers<void>();
    const mailer = { send: () => promise };
    const services = { ...s, config, mailer };
    const sent: Promise<void>[] = [];
    for (const address of [email, "nobody@example.com"]) {
      const asked = await requestReset(services, { email: address, ip: IP });
      sent.push(asked.sent);
    }
    resolve();
    await Promise.all(sent);
  }),
);

Deno.test(
  "an address is asked for 5 times an hour from one place, and an account makes no difference",
  onStage(async ({ s, person }) => {
    const { email: known } = await person("Ann");
    for (const email of [known, "nobody@example.com"]) {
      const ask = (ip: string) =>
        codeOf(
          requestReset({ ...s, config }, { email, ip }).then(({ sent }) =>
            sent
          ),
        );
      for (let n = 0; n < 5; n++) assertEquals(await ask(IP), "none");
      assertEquals(await ask(IP), "too-many-attempts");
      assertEquals(await ask("198.51.100.4"), "none");
    }
  }),
);

Deno.test(
  "an address gets 10 links an hour at most, however many places ask",
  onStage(async ({ s, mails, person }) => {
    const { email } = await person("Ann");
    const ask = async (n: number) => {
      const ip = `198.51.100.${n}`;
      const { sent } = await requestReset({ ...s, config }, { email, ip });
      await sent;
    };
    const codes = [];
    for (let n = 1; n <= 12; n++) codes.push(await codeOf(ask(n)));
    assertEquals(codes.filter((code) => code === "none").length, 10);
    assertEquals(mails.length, 10);
  }),
);

Deno.test(
  "one network asks 30 times an hour at most",
  onStage(async ({ s }) => {
    const ask = (n: number) => {
      const email = `nobody-${n}@example.com`;
      return requestReset({ ...s, config }, { email, ip: IP });
    };
    const sent: Promise<void>[] = [];
    for (let n = 0; n < 30; n++) sent.push((await ask(n)).sent);
    assertEquals(await codeOf(ask(30)), "too-many-attempts");
    await Promise.all(sent);
  }),
);

Deno.test(
  "what is no address is told beside the field",
  onStage(async ({ s }) => {
    for (const email of ["", "ann", "ann@", "a b@example.com"]) {
      const asked = requestReset({ ...s, config }, { email, ip: IP });
      assertEquals(await fieldsOf(asked), ["email"]);
    }
  }),
);
