/**
 * The languages of Speech-to-Text v1, as its documentation lists them. The API has no call that
 * lists them. The first of each language is the one meant when no region is given.
 */
export const GOOGLE_LANGUAGES: readonly string[] = `
af-ZA am-ET ar-EG ar-AE ar-BH ar-DZ ar-IL ar-IQ ar-JO ar-KW ar-LB ar-MA ar-MR ar-OM ar-PS ar-QA
ar-SA ar-SY ar-TN ar-YE az-AZ bg-BG bn-BD bn-IN bs-BA ca-ES cmn-Hans-CN cmn-Hans-HK cmn-Hant-TW
cs-CZ da-DK de-DE de-AT de-CH el-GR en-US en-AU en-CA en-GB en-GH en-HK en-IE en-IN en-KE en-NG
en-NZ en-PH en-PK en-SG en-TZ en-ZA es-ES es-AR es-BO es-CL es-CO es-CR es-DO es-EC es-GT es-HN
es-MX es-NI es-PA es-PE es-PR es-PY es-SV es-US es-UY es-VE et-EE eu-ES fa-IR fi-FI fil-PH fr-FR
fr-BE fr-CA fr-CH gl-ES gu-IN hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-IT it-CH iw-IL ja-JP jv-ID
ka-GE kk-KZ km-KH kn-IN ko-KR lo-LA lt-LT lv-LV mk-MK ml-IN mn-MN mr-IN ms-MY my-MM ne-NP nl-NL
nl-BE no-NO pa-Guru-IN pl-PL pt-BR pt-PT ro-RO ru-RU rw-RW si-LK sk-SK sl-SI sq-AL sr-RS ss-Latn-ZA
st-ZA su-ID sv-SE sw-KE sw-TZ ta-IN ta-LK ta-MY ta-SG te-IN th-TH tn-Latn-ZA tr-TR ts-ZA uk-UA
ur-PK ur-IN uz-UZ ve-ZA vi-VN xh-ZA yue-Hant-HK zu-ZA`.trim().split(/\s+/);

/** Tags browsers send for what Google calls otherwise. */
const ALIASES: Record<string, string> = {
  "zh": "cmn-Hans-CN",
  "zh-cn": "cmn-Hans-CN",
  "zh-sg": "cmn-Hans-CN",
  "zh-hans": "cmn-Hans-CN",
  "zh-tw": "cmn-Hant-TW",
  "zh-hant": "cmn-Hant-TW",
  "zh-hk": "yue-Hant-HK",
  "he": "iw-IL",
  "he-il": "iw-IL",
  "nb": "no-NO",
  "nb-no": "no-NO",
  "tl": "fil-PH",
  "tl-ph": "fil-PH",
  "pa-in": "pa-Guru-IN",
};

const exact = new Map(GOOGLE_LANGUAGES.map((tag) => [tag.toLowerCase(), tag]));
const byLanguage = new Map(
  GOOGLE_LANGUAGES.toReversed().map((tag) => [tag.split("-")[0], tag]),
);

/** Google's own tag for a BCP 47 language, or null. An unknown region falls back to the language. */
export function googleLanguage(language: string): string | null {
  const tag = language.toLowerCase();
  return exact.get(tag) ?? ALIASES[tag] ??
    byLanguage.get(tag.split("-")[0]) ?? null;
}
