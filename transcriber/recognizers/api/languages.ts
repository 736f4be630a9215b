/** The languages of Whisper, by ISO 639-1 where that has them; other models know fewer. */
const CODES =
  `en af am ar as az ba be bg bn bo br bs ca cs cy da de el es et eu fa fi fo fr gl gu
ha haw he hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my
ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur
uz vi yi yo yue zh`.split(/\s+/);

export const API_LANGUAGES: readonly string[] = ["en-US", ...CODES.slice(1)];

/** What else a language is called, in BCP 47. */
const ALIASES: Record<string, string> = {
  nb: "no",
  cmn: "zh",
  iw: "he",
  fil: "tl",
  jv: "jw",
  in: "id",
};

/** The code servers know a BCP 47 language by, or null. */
export function apiLanguage(tag: string): string | null {
  const [base] = tag.toLowerCase().split("-");
  const code = ALIASES[base] ?? base;
  return CODES.includes(code) ? code : null;
}
