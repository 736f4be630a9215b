import { assertEquals } from "@std/assert";
import { type Client, onStage } from "../../http/testing/api.ts";

const makeRoom = async (client: Client): Promise<string> =>
  (await client.send("POST", "/api/chat", { name: "Tea" })).body.id;

const post = (client: Client, body: object) =>
  client.send("POST", "/api/messages", body);

Deno.test(
  "sending answers 201 with the stored message, and again with the same",
  onStage(async ({ newcomer }) => {
    const ada = await newcomer("Ada");
    const roomId = await makeRoom(ada);
    const draft = { roomId, clientId: "c1", content: "Hello" };
    const first = await post(ada, draft);
    assertEquals(first.status, 201);
    const { sender, content, offset, clientId } = first.body;
    assertEquals(
      [sender.name, content, offset, clientId],
      ["Ada", "Hello", 1, "c1"],
    );
    assertEquals((await post(ada, draft)).body, first.body);
  }),
);

Deno.test(
  "history comes in pages, oldest first",
  onStage(async ({ newcomer }) => {
    const ada = await newcomer("Ada");
    const roomId = await makeRoom(ada);
    for (let n = 1; n <= 5; n++) {
      await post(ada, { roomId, clientId: `c${n}`, content: `Message ${n}` });
    }
    const read = async (query: string) => {
      const { status, body } = await ada.send(
        "GET",
        `/api/messages?roomId=${roomId}${query}`,
      );
      assertEquals(status, 200);
      assertEquals(Object.keys(body), ["messages", "epoch", "offset"]);
      assertEquals([body.epoch, body.offset], ["memory", 5]);
      return body.messages.map(({ offset }: { offset: number }) => offset);
    };
    assertEquals(await read(""), [1, 2, 3, 4, 5]);
    assertEquals(await read("&limit=2"), [4, 5]);
    assertEquals(await read("&before=4&limit=2"), [2, 3]);
    assertEquals(await read("&after=3"), [4, 5]);
  }),
);

Deno.test(
  "bounds that are no numbers are refused by name",
  onStage(async ({ newcomer }) => {
    const ada = await newcomer("Ada");
    const roomId = await makeRoom(ada);
    for (
      const [name, value] of [
        ["limit", "0"],
        ["limit", "101"],
        ["limit", "many"],
        ["before", "-1"],
        ["after", "1.5"],
        ["after", "99999999999999999999"],
      ]
    ) {
      const path = `/api/messages?roomId=${roomId}&${name}=${value}`;
      const { status, body } = await ada.send("GET", path);
      assertEquals([status, Object.keys(body.error.fields)], [422, [name]]);
    }
    const many = await ada.send(
      "GET",
      `/api/messages?roomId=${roomId}&limit=1000`,
    );
    assertEquals(many.body.error.fields.limit, "This must be at most 100.");
    const none = await ada.send(
      "GET",
      `/api/messages?roomId=${roomId}&limit=0`,
    );
    assertEquals(none.body.error.fields.limit, "This must be at least 1.");
    const long = await ada.send("GET", `/api/people?q=${"x".repeat(201)}`);
    assertEquals(
      long.body.error.fields.q,
      "This must have at most 200 characters.",
    );
    const files = Array(11).fill("x");
    const draft = { roomId, clientId: "c1", content: "Hello", files };
    const crowded = await ada.send("POST", "/api/messages", draft);
    assertEquals(
      crowded.body.error.fields.files,
      "This must have at most 10 values.",
    );
    const alone = await ada.send("POST", "/api/direct", { people: [] });
    assertEquals(
      alone.body.error.fields.people,
      "This must have at least 1 value.",
    );
    const { body } = await ada.send("GET", "/api/messages");
    assertEquals(body.error.fields, { roomId: "This is missing." });
  }),
);

Deno.test(
  "messages are for members",
  onStage(async ({ newcomer, stranger }) => {
    const [ada, eve] = [await newcomer("Ada"), await newcomer("Eve")];
    const roomId = await makeRoom(ada);
    const path = `/api/messages?roomId=${roomId}`;
    const draft = { roomId, clientId: "c1", content: "Hello" };
    for (
      const answer of [await eve.send("GET", path), await post(eve, draft)]
    ) {
      assertEquals([answer.status, answer.body.error.code], [404, "not-found"]);
    }
    for (
      const answer of [
        await stranger().send("GET", path),
        await post(stranger(), draft),
      ]
    ) assertEquals(answer.status, 401);
  }),
);

Deno.test(
  "what realtime refuses, and that it is down, is passed on",
  onStage(async ({ app, newcomer }) => {
    const ada = await newcomer("Ada");
    const roomId = await makeRoom(ada);
    const send = async (content: unknown) => {
      const draft = { roomId, clientId: "c1", content };
      const { status, body } = await post(ada, draft as object);
      return [status, body.error.code];
    };
    assertEquals(await send(""), [422, "message-length"]);
    assertEquals(await send("x".repeat(4_001)), [422, "message-length"]);
    assertEquals(await send(7), [422, "invalid"]);
    assertEquals(await send("x".repeat(70_000)), [413, "too-large"]);
    app.realtime.isDown = true;
    assertEquals(await send("Hello"), [503, "realtime-down"]);
  }),
);
