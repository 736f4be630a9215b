/** What comes from outside, headers, pages and what was heard, is read in time that grows with it. */
import { softwareOf } from "./accounts/session-list/software.ts";
import { timesOf } from "./client/browser/word-times.ts";
import { marked } from "./client/drawn/dictated.tsx";
import { cleanName as cleanFileName, dispositionOf } from "./files/names.ts";
import { clockOf } from "./http/requests/clock.ts";
import { originOf } from "./http/requests/peers.ts";
import { isKnown } from "./http/pages/file.ts";
import { boundaryOf, isFormType } from "./http/requests/parts.ts";
import { firstAddress } from "./previews/address.ts";
import { readPage } from "./previews/read-page.ts";
import { redact } from "../realtime/common/redact.ts";
import { plainAddress } from "../realtime/common/network.ts";
import { requestIdOf } from "../realtime/common/request-id.ts";
import { byteRange } from "../realtime/common/byte-range.ts";
import { srt } from "../transcriber/openai/formats.ts";
import { writeMarks } from "../transcriber/text/marks.ts";
import { writeNumbers } from "../transcriber/text/numbers/numbers.ts";
import { writeSentence } from "../transcriber/text/sentences.ts";
import { grows, type Look, type Text } from "./growth.ts";

/** What a header may hold of a text (RFC 9110 §5.5). */
const inHeader = (text: string) => text.replace(/[^\x20-\x7e]/g, ",");

/** Headers that are read, whatever is in them, for whoever asks. */
const HEADERS: Record<string, Look> = {
  "Accept-Language": (text) =>
    clockOf(
      new Request("http://a", {
        headers: { "accept-language": text, cookie: `zone=${text}` },
      }),
    ),
  "If-None-Match": (text) => isKnown(text, '"a"'),
  "User-Agent": softwareOf,
  "Content-Type": (text) => isFormType(text) && boundaryOf(text),
  "Content-Type of a form": (text) =>
    isFormType(`multipart/form-data; boundary=${text}`),
  "X-Forwarded-For": (text) =>
    originOf(
      new Headers({ "x-forwarded-for": text }),
      {
        remoteAddr: { transport: "tcp", hostname: "10.0.0.1", port: 1 },
      },
      ["10.0.0.0/8"],
    ),
  "X-Request-Id": (text) => requestIdOf(new Headers({ "x-request-id": text })),
  "Range": (text) => byteRange(`bytes=${text}`, 1_000),
};

/** The words of a text as an engine hears them. */
const heardIn = (text: string) =>
  text.split(" ").map((word, i) => ({
    ...{ word, start: i, end: i + 1, confidence: 1 },
  }));

const page = (html: string) =>
  readPage(
    new TextEncoder().encode(html),
    "text/html",
    new URL("http://a.test"),
  );

const LOOKS: Record<string, Look> = {
  firstAddress,
  page,
  titleOfPage: (text) => page(`<title>${text}</title>`),
  aboutInPage: (text) =>
    page(`<title>a</title><meta name="description" content="${text}">`),
  attributesInPage: (text) => page(`<title>a</title><meta ${text}>`),
  commentInPage: (text) => page(`<!--${text}--><title>a</title>`),
  cleanFileName,
  dispositionOf: (text) => dispositionOf("inline", cleanFileName(text)),
  redact: (text) => redact({ said: text, error: new Error(text) }),
  plainAddress,
  marked: (text) => marked({ text, doubtful: [] } as never),
  timesOf: (text) => timesOf(text, [["word", 0, 1], ["b", 1, 2]], 9),
  srt: (text) => srt([{ start: 0, end: 1, text, words: [] }]),
  spoken: (text) =>
    writeMarks(
      writeSentence(writeNumbers(heardIn(text), "en"), "en"),
      "en",
    ),
  ...Object.fromEntries(
    Object.entries(HEADERS).map(([name, look]) => [
      name,
      (text: string) => look(inHeader(text)),
    ]),
  ),
};

const TEXTS: Text[] = [
  ["", "word and word ", ""],
  ["", "a", "b"],
  ["", ".", "x"],
  ["", "a.", "@"],
  ["", "/", "x"],
  ["", "[", "1]:1"],
  ["", "(", "x"],
  ["", "-", "!"],
  ["", "1", "x"],
  ["", ":", ""],
  ["x", " ", "x"],
  ["x", "\n", "x"],
  ["x", "\u200b", "x"],
  ["", "https://u@a ", ""],
  ["", "👩\u200d👧", ""],
  ["a", ",", "b"],
  ["a", " ,", "b"],
  ["a", "\t", "b"],
  ["", "eyJ-", ""],
  ["", "a://b?c ", ""],
  ["", "a://", "?"],
  ["", "<", ""],
  ["", "<a ", ">"],
  ["", "<meta ", ">"],
  ['<meta content="', "a", ""],
  ["<meta ", "a=b ", ">"],
  ["<!--", "-", ""],
  ["", "<!--", ""],
  ["", "<title>", ""],
  ["", "</title>", ""],
  ["", "<script>", ""],
  ["", "&amp", ""],
  ["", "&#", ""],
  ["", "twenty ", ""],
  ["", "one comma ", ""],
  ["", "new line ", "x"],
  ["", "twenty-", "x"],
];

grows("what comes from outside takes its length to read", LOOKS, TEXTS);
