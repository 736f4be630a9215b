import { assert, assertEquals } from "@std/assert";
import { deleteAccount } from "./delete-account.ts";
import { checkPassword } from "./check-password.ts";
import { isKnownDevice, rememberDevice } from "./devices.ts";
import { codeOf, everythingIn, onStage, PASSWORD } from "./testing.ts";

const of = ({ id: accountId }: { id: string }) => ({
  accountId,
  sessionToken: "s".repeat(43),
});

const ip = (n: number) => `198.51.100.${n}`;

Deno.test(
  "a hundred wrong passwords from twelve places keep nobody out",
  onStage(async ({ s, person }) => {
    const ann = await person("Ann");
    const { email } = ann;
    const device = await rememberDevice(s, of(ann), null);
    for (let i = 0; i < 110; i++) {
      const wrong = { email, password: "wrong", ip: ip(i % 12) };
      await codeOf(checkPassword(s, wrong));
    }
    const right = { email, password: PASSWORD };
    // From a device that is known, even where the guesser is; and from a new one.
    await checkPassword(s, { ...right, ip: ip(0), device });
    await checkPassword(s, { ...right, ip: ip(99) });
    // The guesser has two tries more from each place, and not ten.
    const guess = { email, password: "wrong", ip: ip(50) };
    const codes = [];
    for (let i = 0; i < 4; i++) {
      codes.push(await codeOf(checkPassword(s, guess)));
    }
    assertEquals(codes, [
      "wrong-credentials",
      "wrong-credentials",
      "too-many-attempts",
      "too-many-attempts",
    ]);
  }),
);

Deno.test(
  "a device that is known has a limit of its own, and is known to its account alone",
  onStage(async ({ s, person }) => {
    const [ann, eve] = [await person("Ann"), await person("Eve")];
    const device = await rememberDevice(s, of(eve), null);
    assert(device !== null);
    assertEquals(await isKnownDevice(s, eve.id, device), true);
    assertEquals(await isKnownDevice(s, ann.id, device), false);
    assertEquals(await isKnownDevice(s, ann.id, null), false);
    const codes = [];
    for (let i = 0; i < 12; i++) {
      const wrong = { email: eve.email, password: "wrong", ip: ip(i), device };
      codes.push(await codeOf(checkPassword(s, wrong)));
    }
    assertEquals(codes.slice(9), [
      "wrong-credentials",
      "too-many-attempts",
      "too-many-attempts",
    ]);
  }),
);

Deno.test(
  "a device is remembered once for each account, and forgotten with it",
  onStage(async ({ s, person }) => {
    const [ann, eve] = [await person("Ann"), await person("Eve")];
    const first = await rememberDevice(s, of(ann), null);
    assertEquals(await rememberDevice(s, of(ann), first), null);
    const both = await rememberDevice(s, of(eve), first);
    assertEquals(both?.split(".")[0], first?.split(".")[0]);
    assertEquals(await rememberDevice(s, of(ann), both), null);
    assertEquals(await isKnownDevice(s, eve.id, both), true);
    assert(!(await everythingIn(s.kv)).includes(first!.split(".")[0]));
    const realtime = {} as Parameters<typeof deleteAccount>[0]["realtime"];
    await deleteAccount({ ...s, realtime }, ann.id);
    assertEquals(await isKnownDevice(s, ann.id, both), false);
  }),
);

Deno.test(
  "whoever never keeps the cookie leaves one entry for a session, however many pages they open",
  onStage(async ({ s, person }) => {
    const ann = await person("Ann");
    const before = (await everythingIn(s.kv)).length;
    const first = await rememberDevice(s, of(ann), null);
    const after = (await everythingIn(s.kv)).length;
    assert(after > before);
    for (let i = 0; i < 5; i++) {
      assertEquals(await rememberDevice(s, of(ann), null), first);
    }
    assertEquals((await everythingIn(s.kv)).length, after);
    const other = { ...of(ann), sessionToken: "t".repeat(43) };
    assert(await rememberDevice(s, other, null) !== first);
  }),
);
