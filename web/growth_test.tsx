/** What sees a person's text does at most about twice the work for twice the text, whatever it is. */
import { assert } from "@std/assert";
import { render } from "preact-render-to-string";
import { fold } from "../realtime/text/fold.ts";
import { placesOf, termsOf } from "../realtime/text/terms.ts";
import { tokensOf } from "../realtime/text/tokens.ts";
import { parseFrame } from "../realtime/frames.ts";
import { plainOf } from "../realtime/text/markup.ts";
import { withFewMarks } from "../realtime/text/marks.ts";
import { isBlank } from "../realtime/text/visible.ts";
import { normaliseEmail } from "./accounts/email.ts";
import { nameProblem } from "./accounts/fields.ts";
import { passwordProblem } from "./accounts/password-rules.ts";
import { safeNext } from "./accounts/safe-next.ts";
import { cleanName } from "./clean-name.ts";
import { grows, growthOf, type Look, MOST, type Text } from "./growth.ts";
import { withEmoji } from "../realtime/text/emoji-names.ts";
import { linkify } from "./client/drawn/linkify.tsx";
import { richText } from "./client/drawn/rich-text.tsx";
import { drawMentions } from "./client/drawn/mentioned.tsx";
import { mentionsIn } from "./client/drawn/mentions.ts";
import { initialsOf } from "./components/Avatar.tsx";
import { Excerpt } from "./components/Excerpt.tsx";
import { toMail } from "./mail/to-mail.ts";
import { named } from "./mail/names.ts";
import { looksOf } from "./rooms/looks.ts";
import { readSearch } from "./rooms/search-query.ts";

/** Everything that looks at what somebody typed. */
const LOOKS: Record<string, Look> = {
  linkify: (text) => render(<>{linkify(text)}</>),
  richText: (text) => render(<>{richText(text)}</>),
  plainOf,
  mentionsIn: (text) => mentionsIn(`@${text}`, [["id", "Ada"]]),
  drawMentions: (text) =>
    render(<>{drawMentions([{ id: "id", name: "Ada" }], {}, "")(text)}</>),
  withEmoji: (text) => withEmoji(text, () => undefined),
  fold,
  termsOf,
  tokensOf: (text) => tokensOf(fold(text)),
  placesOf: (text) => placesOf(text, termsOf("a http aaaaaaaaaaaaaaaab")),
  Excerpt: (text) => render(<Excerpt text={text} terms={termsOf("a (")} />),
  withFewMarks: (text) => withFewMarks(text),
  readSearch: (text) => readSearch(text, {}),
  filters: (text) => readSearch(`from:${text}`.repeat(3), {}),
  isBlank,
  cleanName,
  nameProblem,
  looksOf,
  initialsOf,
  normaliseEmail,
  passwordProblem: (text) => passwordProblem(text, { name: text, email: text }),
  safeNext: (text) => safeNext(`/${text}`, "/"),
  named,
  letter: (text) =>
    toMail({ to: "a@b.test", subject: text, heading: text, pieces: [] }),
  frame: (content) => {
    const message = { clientId: "c", content };
    const text = { event: "chat-message", roomId: "r", message };
    try {
      return parseFrame(JSON.stringify(text));
    } catch (error) {
      // Too long, or empty: what it took to find out is what counts.
      return error;
    }
  },
};

const TEXTS: Text[] = [
  ["", "word and word ", ""],
  ["http://a/", ".", "x"],
  ["http://a/", ".", ""],
  ["http://a/", "(", ""],
  ["http://a/", ")", "x"],
  ["http://a/", "()", "."],
  ["", "http://a/) ", ""],
  ["", "https://", ""],
  ["", "https://a", ""],
  ["", "https://a/]x", ""],
  ["", "https://u@a ", ""],
  ["", "http", ""],
  ["a", "\u0315\u0300\u05ae\u0301", ""],
  ["", "a\u0301", ""],
  ["", "`", ""],
  ["", "```", ""],
  ["", "```x", ""],
  ["```", " ", "x"],
  ["```", "w", ""],
  ["```", "\n", "`"],
  ["", "`x", "\n"],
  ["x", " ", "x"],
  ["x", "\n", "x"],
  ["x", "\u200b", "x"],
  ["x", "\u200d", "x"],
  ["", "\ud800", ""],
  ["", "a.", "@"],
  ["", "a@", ""],
  ["", "-", "!"],
  ["", "a", "b"],
  ["", "ﷺ", ""],
  ["", "İß", ""],
  ["", "<&\"'", ""],
  ["", "👩\u200d👧", ""],
  ["", ":", ""],
  ["", ":a", ""],
  ["", ":a:", ""],
  ["", "*a", ""],
  ["", "*a *b", "*"],
  ["*a", " ", "*"],
  ["", "***a", "***"],
  ["", "*a **b _c ~~d ", "*"],
  ["", "*a*~~b~~", ""],
  ["", "_*", "a"],
  ["", "[", "a](http://a)"],
  ["", "[a](http://a", ")"],
  ["", "[a](http://a) ", ""],
  ["", "](http://a", ")"],
  ["", "[`a`", "](http://a)"],
  ["", "> ", "x"],
  ["", "- ", "x"],
  ["", "> - ", "x"],
  ["", "> a\n", ""],
  ["", "- a\n", ""],
  ["", "1. a\n", ""],
  ["- a\n", "  - b\n", ""],
  ["- a\n", "      ", "b"],
  ["- a\n", "  \n", ""],
  ["a", "\n", "> b"],
];

grows("twice the text is at most about twice the work", LOOKS, TEXTS);

Deno.test("this would notice work that grows with the square of the text", () => {
  const square = (text: string) => {
    let dots = 0;
    for (let i = 0; i < text.length; i += 16) {
      for (const letter of text) if (letter === ".") dots++;
    }
    return dots;
  };
  assert(growthOf(square, ["", ".", ""]) > MOST);
});
