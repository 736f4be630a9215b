import { assertEquals } from "@std/assert";
import type { ServerFrame } from "../../../realtime/protocol.ts";
import { deliver, takeBack } from "./deliver.ts";
import type { Kept, Unsent, Upload } from "./pending.ts";
import { initialState, reduce } from "./room-state.ts";
import { hold, isBusy, letGo } from "./uploads.ts";

/** A request in the test's hands. */
class FakeRequest {
  static all: FakeRequest[] = [];
  upload = { onprogress: null };
  onload = () => {};
  onerror = () => {};
  onabort = () => {};
  response: unknown;
  status = 0;
  aborted = false;
  constructor() {
    FakeRequest.all.push(this);
  }
  open() {}
  setRequestHeader() {}
  send() {}
  abort() {
    this.aborted = true;
    this.onabort();
  }
  answer(status: number, response: unknown) {
    Object.assign(this, { status, response });
    this.onload();
  }
}

type Answer = { status: number; said: unknown } | Error;

/** A room with one message that has these files, and a server in the test's hands. */
async function setUp(
  names: string[],
  work: (test: {
    uploads: Upload[];
    one(): Unsent | undefined;
    send(): Promise<void>;
    said: ServerFrame[];
    posted: { files: string[] }[];
    answers: Answer[];
    takeBack(at: number): void;
    discard(): void;
    settled(): Promise<void>;
  }) => Promise<void>,
  given?: Upload[],
) {
  const real = { fetch, XMLHttpRequest: globalThis.XMLHttpRequest };
  const posted: { files: string[] }[] = [];
  const answers: Answer[] = [];
  FakeRequest.all = [];
  Object.assign(globalThis, {
    XMLHttpRequest: FakeRequest,
    fetch(_: string, { body }: { body: string }) {
      posted.push(JSON.parse(body));
      const answer = answers.shift()!;
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve(
        Response.json(answer.said, { status: answer.status }),
      );
    },
  });
  const uploads = given ??
    names.map((name) => hold("r", new File([name], name)));
  let state = initialState({ roomId: "r", me: "me", history: null, read: 0 });
  const said: ServerFrame[] = [];
  const clientId = crypto.randomUUID();
  const put = (one: Kept) =>
    void (state = reduce(state, { event: "send", ...one, status: "sending" }));
  put({ clientId, content: "words", timestamp: 1, uploads });
  const discard = () =>
    void (state = reduce(state, { event: "discard", clientId }));
  const room = { state: () => state, put, discard };
  const say = (frame: ServerFrame) => {
    said.push(frame);
    state = reduce(state, frame);
  };
  // All that is ready is done.
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve));
  try {
    await work({
      ...{ uploads, said, posted, answers, discard, settled },
      one: () => state.unsent[0],
      send: () => deliver(room, { clientId }, say),
      takeBack: (at) => takeBack(room, state.unsent[0].uploads![at].key),
    });
  } finally {
    for (const { key } of uploads) letGo(key);
    Object.assign(globalThis, real);
  }
}

const stored = (id: string) => ({
  status: 201,
  said: { id, offset: 3, timestamp: 9 },
});
const refused = (code: string, status = 422) => ({
  status,
  said: { error: { code, message: "No." } },
});

Deno.test("a message is posted once, when all its files are there", () =>
  setUp(["a", "b"], async ({ send, said, posted, answers, settled, one }) => {
    answers.push(stored("m1"));
    const first = send();
    // Asked for again meanwhile, as after a reconnect.
    await send();
    const [a, b] = FakeRequest.all;
    b.answer(201, { id: "fb" });
    await settled();
    assertEquals(posted, []);
    assertEquals(isBusy(), true);
    a.answer(201, { id: "fa" });
    await first;
    assertEquals(posted.map(({ files }) => files), [["fa", "fb"]]);
    assertEquals(said.map(({ event }) => event), ["message-ack"]);
    assertEquals(one()?.status, "sent");
    assertEquals(isBusy(), false);
  }));

Deno.test("three files are on their way at a time", () =>
  setUp(["a", "b", "c", "d"], async ({ settled, discard, send }) => {
    assertEquals(FakeRequest.all.length, 3);
    FakeRequest.all[1].answer(201, { id: "fb" });
    await settled();
    assertEquals(FakeRequest.all.length, 4);
    discard();
    await send();
    for (const request of FakeRequest.all) request.abort();
  }));

Deno.test("a file that is refused is named with its reason, can be taken out, and the rest goes", () =>
  setUp(["a", "b"], async ({ send, answers, one, takeBack, posted }) => {
    const first = send();
    FakeRequest.all[0].answer(201, { id: "fa" });
    FakeRequest.all[1].answer(422, { error: { message: "It is broken." } });
    await first;
    assertEquals(one()?.failed, "This was not sent, because of a file in it.");
    assertEquals(
      one()?.uploads?.map(({ id, failed }) => [id, failed]),
      [["fa", undefined], [undefined, "It is broken."]],
    );
    takeBack(1);
    assertEquals(one()?.status, "sending");
    answers.push(stored("m1"));
    await send();
    assertEquals(posted[0].files, ["fa"]);
  }));

Deno.test("without a network it waits, and after five tries says so", () =>
  setUp(["a"], async ({ send, said, one, posted }) => {
    for (let tries = 1; tries < 5; tries++) {
      const waiting = send();
      FakeRequest.all.at(-1)!.onerror();
      await waiting;
      assertEquals([one()?.status, said.length], ["sending", 0]);
    }
    const last = send();
    FakeRequest.all.at(-1)!.onerror();
    await last;
    assertEquals(one()?.status, "failed");
    assertEquals(
      one()?.uploads?.[0].failed,
      "It did not arrive. Check your connection.",
    );
    assertEquals([FakeRequest.all.length, posted.length], [5, 0]);
  }));

Deno.test("a post that gets no answer is asked again with the same files", () =>
  setUp(["a"], async ({ send, answers, said, posted }) => {
    answers.push(new TypeError("network"), refused("busy", 503), stored("m1"));
    const first = send();
    FakeRequest.all[0].answer(201, { id: "fa" });
    await first;
    assertEquals(said, []);
    await send();
    await send();
    assertEquals(said.map(({ event }) => event), ["error", "message-ack"]);
    assertEquals(posted.map(({ files }) => files), [["fa"], ["fa"], ["fa"]]);
  }));

Deno.test("files that web no longer has are sent once more", () =>
  setUp(["a"], async ({ send, answers, posted, one }) => {
    answers.push(refused("file-gone"), stored("m1"));
    const first = send();
    FakeRequest.all[0].answer(201, { id: "fa" });
    await first;
    assertEquals(one()?.status, "sending");
    const again = send();
    FakeRequest.all[1].answer(201, { id: "new" });
    await again;
    assertEquals(posted.map(({ files }) => files), [["fa"], ["new"]]);
  }));

Deno.test("what is discarded is not sent, and its files are stopped", () =>
  setUp(["a"], async ({ send, discard, posted }) => {
    const first = send();
    discard();
    await first;
    assertEquals([FakeRequest.all[0].aborted, posted.length], [true, 0]);
    assertEquals(isBusy(), false);
  }));

Deno.test("of a page that was left, whole files are sent and others are said to be lost", async () => {
  const whole = [{ key: "gone/1", name: "a", size: 1, id: "fa" }];
  await setUp([], async ({ send, answers, posted }) => {
    answers.push(stored("m1"));
    await send();
    assertEquals(posted[0].files, ["fa"]);
  }, whole);
  const half = [...whole, { key: "gone/2", name: "b", size: 1 }];
  await setUp([], async ({ send, one, posted }) => {
    await send();
    assertEquals(posted, []);
    assertEquals(one()?.uploads, []);
    assertEquals(
      one()?.failed,
      "Your files had not all arrived when you left. Choose them again.",
    );
    assertEquals(one()?.content, "words");
  }, half);
});
