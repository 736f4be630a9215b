import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Claim, claimForm, formKeyOf } from "./shared-answers.ts";

const SECRET = "chatsphere_session=a-session-nobody-may-read";
const TAKEN = {
  status: 303,
  headers: [["location", "/rooms/abc"], ["set-cookie", SECRET]] as [
    string,
    string,
  ][],
};
const REFUSED = {
  status: 422,
  headers: [] as [string, string][],
  page: new TextEncoder().encode("<p>Carol’s page"),
  who: "carol",
};

const formOf = (text: string) => formKeyOf(new TextEncoder().encode(text));

/** The claim of an instance that is to answer. */
function own(claim: Claim) {
  assert("settle" in claim, "another has it");
  return claim;
}

Deno.test("a form that reaches two instances waits for the first, and gets its answer", async () => {
  using kv = await Deno.openKv(":memory:");
  const form = await formOf("one");
  const first = own(await claimForm(kv, form, "ada"));
  let isBack = false;
  const second = claimForm(kv, form, "somebody").then((claim) => {
    isBack = true;
    return claim;
  });
  await new Promise((done) => setTimeout(done, 120));
  assert(!isBack, "it waits");
  await first.settle(TAKEN);
  assertEquals(await second, { again: { ...TAKEN, page: undefined } });
  // Another form is another's business.
  own(await claimForm(kv, await formOf("two"), "ada"));
});

Deno.test("of many that come at once one is to answer", async () => {
  using kv = await Deno.openKv(":memory:");
  const form = await formOf("many");
  let count = 0;
  await Promise.all(Array.from({ length: 8 }, async () => {
    const claim = await claimForm(kv, form, "ada");
    if (!("settle" in claim)) return;
    count++;
    await claim.settle(TAKEN);
  }));
  assertEquals(count, 1);
});

Deno.test("a refused form's page is given again to whoever pressed, and to nobody else", async () => {
  using kv = await Deno.openKv(":memory:");
  const form = await formOf("refused");
  await own(await claimForm(kv, form, "carol")).settle(REFUSED);
  assertEquals(await claimForm(kv, form, "carol"), { again: REFUSED });
  own(await claimForm(kv, form, "mallory"));
});

Deno.test("what is not to be kept is forgotten, and so is what is too large", async () => {
  using kv = await Deno.openKv(":memory:");
  const form = await formOf("later");
  await own(await claimForm(kv, form, "ada")).settle(undefined);
  const large = {
    ...REFUSED,
    page: crypto.getRandomValues(new Uint8Array(65_000)),
  };
  await own(await claimForm(kv, form, "ada")).settle(large);
  own(await claimForm(kv, form, "ada"));
});

Deno.test("an answer is over when its time is, though KV has it still", async () => {
  using kv = await Deno.openKv(":memory:");
  const form = await formOf("over");
  const place = ["forms", form.name];
  await kv.set(place, form.keys.seal(place, TAKEN, Date.now() - 1));
  own(await claimForm(kv, form, "ada"));
});

Deno.test("a form of an instance that was killed is taken up again", async () => {
  using kv = await Deno.openKv(":memory:");
  const form = await formOf("killed");
  await kv.set(["forms", form.name], { until: Date.now() + 150 });
  const claim = own(await claimForm(kv, form, "ada"));
  await claim.settle(TAKEN);
  assert("again" in await claimForm(kv, form, "ada"));
});

Deno.test("nothing of an answer is in KV in the clear, and another form does not open it", async () => {
  using kv = await Deno.openKv(":memory:");
  const [form, other] = [await formOf("sealed"), await formOf("other")];
  await own(await claimForm(kv, form, "ada")).settle(TAKEN);
  const { value } = await kv.get<{ bytes: Uint8Array }>(["forms", form.name]);
  assert(value);
  const text = new TextDecoder("latin1").decode(value.bytes);
  for (const secret of ["a-session", "/rooms", "location"]) {
    assert(!text.includes(secret), secret);
  }
  assertNotEquals(other.keys.current, form.keys.current);
  let opened = true;
  try {
    other.keys.open(["forms", form.name], value);
  } catch {
    opened = false;
  }
  assert(!opened);
});
