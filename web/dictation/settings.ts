import { invalid } from "../accounts/fields.ts";
import {
  type AccountRecord,
  keys,
  noAccount,
  type Store,
  untilCommitted,
} from "../accounts/store.ts";
import { cleanName } from "../clean-name.ts";

/** How somebody dictates. Kept under `["dictation", account id]`, as long as the account. */
export interface DictationSettings {
  /** The BCP 47 tag of what they speak; undefined: they have not chosen. */
  language?: string;
  /** Whether they speak marks by name: “comma”, “new line”. */
  spoken: boolean;
  /** Names and words of their own, for engines that take them. */
  words: string[];
}

/** Words of one's own, and characters of each. */
const MOST_WORDS = 100;
const LONGEST_WORD = 60;
/** Characters of the form's field. */
export const WORDS_LENGTH = 4_000;
/** Characters of a tag; the longest there are have 35 (RFC 5646 §4.4.1). */
const LONGEST_TAG = 35;
const TAG = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;

const UNCHOSEN: DictationSettings = { spoken: false, words: [] };

/** How somebody dictates; what is usual where they have not said. */
export async function readDictation(
  s: Store,
  accountId: string,
): Promise<DictationSettings> {
  const { value } = await s.kv.get<DictationSettings>(
    keys.dictation(accountId),
  );
  return value ?? UNCHOSEN;
}

/** @throws {AppError} `invalid` (422) with `fields.language` for what is no tag; empty: not said. */
export function checkLanguage(language: string): void {
  if (language === "") return;
  if (language.length <= LONGEST_TAG && TAG.test(language)) return;
  throw invalid({ language: "Name a language by its tag, such as en-US." });
}

/** What a form says of it, as it was typed. */
export interface TypedSettings {
  /** Empty: not chosen. */
  language: string;
  spoken: boolean;
  /** With commas or line breaks between them. */
  words: string;
}

/**
 * Keeps how somebody dictates.
 *
 * @throws {AppError} `invalid` (422) with `fields.language` or `fields.words`; `not-found` (404)
 * when the account has gone.
 */
export async function saveDictation(
  s: Store,
  accountId: string,
  { language, spoken, words }: TypedSettings,
): Promise<void> {
  checkLanguage(language);
  const settings: DictationSettings = {
    ...(language && { language }),
    spoken,
    words: wordsIn(words),
  };
  await untilCommitted(async () => {
    const account = await s.kv.get<AccountRecord>(keys.account(accountId));
    if (account.value === null) throw noAccount();
    const { ok } = await s.kv.atomic().check(account)
      .set(keys.dictation(accountId), settings).commit();
    return ok || undefined;
  });
}

function wordsIn(text: string): string[] {
  if (text.length > WORDS_LENGTH) {
    throw invalid({ words: `Use at most ${WORDS_LENGTH} characters.` });
  }
  const all = text.split(/[,;\r\n]+/).map(cleanName);
  const words = [...new Set(all)].filter((word) => word !== "");
  if (words.length > MOST_WORDS) {
    throw invalid({ words: `Use at most ${MOST_WORDS} names and words.` });
  }
  if (words.some((word) => [...word].length > LONGEST_WORD)) {
    throw invalid({
      words: `Use at most ${LONGEST_WORD} characters for each.`,
    });
  }
  return words;
}
