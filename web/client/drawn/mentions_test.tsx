import { assertEquals, assertStringIncludes } from "@std/assert";
import { render } from "preact-render-to-string";
import { EVERYONE, LIMITS } from "../../../realtime/protocol.ts";
import { drawMentions } from "./mentioned.tsx";
import { mentionsIn } from "./mentions.ts";
import { richText } from "./rich-text.tsx";

const PEOPLE = Object.entries({
  ada: "Ada",
  lace: "Ada Lovelace",
  zoe: "Zoë",
  bob: "Bob",
  bob2: "Bob (2)",
  taro: "田中",
});
const found = (text: string) =>
  (mentionsIn(text, PEOPLE) ?? []).map(({ id, name }) => `${id}=${name}`);

Deno.test("a text mentions whom it names after an @; the longest name wins", () => {
  assertEquals(mentionsIn("Nobody", PEOPLE), undefined);
  assertEquals(mentionsIn("@Nobody @", PEOPLE), undefined);
  assertEquals(found("@Ada, @Ada Lovelace!"), ["ada=Ada", "lace=Ada Lovelace"]);
  assertEquals(found("hi @ADA   lovelace’s"), ["lace=ADA   lovelace"]);
  assertEquals(found("@zoe @Zoë"), ["zoe=zoe", "zoe=Zoë"]);
  assertEquals(found("@Adam, mail@ada"), []);
  assertEquals(found("(@ada)@田中さん"), ["ada=ada", "taro=田中"]);
  assertEquals(found("@room and @Room"), [
    `${EVERYONE}=room`,
    `${EVERYONE}=Room`,
  ]);
});

Deno.test("a name of several people means nobody, unless its number tells it apart", () => {
  assertEquals(found("@Bob"), []);
  assertEquals(found("@Bob (2) @bob (1)"), ["bob2=Bob (2)", "bob=bob (1)"]);
});

Deno.test("what is quoted as code calls nobody", () => {
  assertEquals(found("`@Ada` ```\n@Bob (2)\n``` @Zoë"), ["zoe=Zoë"]);
});

Deno.test("an edit keeps whom the text mentioned by another name", () => {
  const before = [{ id: "ada", name: "Countess" }];
  const after = mentionsIn("@Countess", PEOPLE, before);
  assertEquals(after, before);
});

Deno.test("10,000 mentions are as many as one message may have", () => {
  const people = Array.from(
    { length: 10_000 },
    (_, i) => [`p${i}`, `P${i}`] as const,
  );
  const text = people.map(([, name]) => `@${name}`).join(" ");
  assertEquals(mentionsIn(text, people)?.length, LIMITS.mentions);
});

Deno.test("people are called what they are called now, and marked for who is meant", () => {
  const mentions = [
    { id: "ada", name: "Ada" },
    { id: EVERYONE, name: "room" },
    { id: "lace", name: "Ada Lovelace" },
  ];
  const names = { ada: "<Countess>", lace: "Augusta" };
  const html = (me: string) =>
    render(
      <p>
        {richText(
          "@Ada @Ada Lovelace @Adam `@Ada` @room",
          drawMentions(mentions, names, me),
        )}
      </p>,
    ).replaceAll(" >", ">");
  assertEquals(
    html("lace"),
    "<p><b><bdi>@&lt;Countess></bdi></b> <mark><bdi>@Augusta</bdi></mark> " +
      '@Adam <code dir="ltr">@Ada</code> <mark><bdi>@room</bdi></mark></p>',
  );
  assertStringIncludes(html("ada"), "<mark><bdi>@&lt;Countess>");
});
