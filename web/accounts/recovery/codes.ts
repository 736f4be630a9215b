/** Ten codes on paper, each good for one sign-in after the password: for whoever lost the rest. */
import { AppError } from "../../errors.ts";
import { tellOfFactor } from "../factor-changes.ts";
import { sha256 } from "../secrets.ts";
import { typedCode } from "../typed-code.ts";
import { type AccountRecord, changeAccount, type Store } from "../store.ts";

const COUNT = 10;
/** Crockford's base 32: no letter looks like a digit. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Signs of a code: 80 random bits, so that a plain hash cannot be searched. */
const LENGTH = 16;
/** How a code looks to whoever types it: in fours. */
const GROUPS = /.{4}(?=.)/g;

/** The most characters a code is ever typed with. */
export const LONGEST_CODE = 40;

const wrongCode = (): AppError => {
  const message =
    "That code is not right, or it was used before. Each works once.";
  return new AppError({
    code: "wrong-recovery-code",
    status: 401,
    message,
    fields: { code: message },
  });
};

/** Whoever makes codes in place of others must know which: two who do at once would each hold ten. */
const madeElsewhere = (): AppError =>
  new AppError({
    code: "codes-made-elsewhere",
    status: 409,
    message:
      "After you opened this page, new codes were made in another tab or on another device. Those work. If you don’t have them, make ten new ones below.",
  });

function randomRecoveryCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  // 256 is a multiple of 32: every sign is as likely.
  return [...bytes].map((byte) => ALPHABET[byte % 32]).join("");
}

/** A code as it is compared: people type small letters, and O for 0. */
const plain = (code: string): string =>
  typedCode(code.slice(0, LONGEST_CODE)).toUpperCase()
    .replace(/O/g, "0").replace(/[IL]/g, "1");

const hashOf = (accountId: string, code: string): Promise<string> =>
  sha256(`recovery ${accountId} ${plain(code)}`);

/**
 * Makes ten new codes in place of those there are. KV keeps their hashes. The person is told by
 * e-mail: then call `deliverSoon` with `factorMailId`.
 *
 * @param instead the {@link setOf} what they are to replace.
 * @returns the codes, to be shown once.
 * @throws {AppError} `not-found` (404); `codes-made-elsewhere` (409) when there are others by now.
 */
export async function makeCodes(
  s: Store,
  accountId: string,
  instead: string,
): Promise<string[]> {
  const codes = Array.from({ length: COUNT }, randomRecoveryCode)
    .map((code) => code.replace(GROUPS, "$&-"));
  const hashes = await Promise.all(
    codes.map((code) => hashOf(accountId, code)),
  );
  await changeAccount(s.kv, accountId, (record, commit) => {
    if (setOf(record) !== instead) throw madeElsewhere();
    tellOfFactor(commit, record, "recovery-made");
    // Of two sets in one millisecond the later has a name of its own, too.
    const madeAt = Math.max(Date.now(), (record.recovery?.madeAt ?? 0) + 1);
    return { ...record, recovery: { hashes, madeAt } };
  });
  return codes;
}

/** The name of an account's codes, whichever of them are used; empty: there are none. */
export const setOf = ({ recovery }: AccountRecord): string =>
  recovery ? String(recovery.madeAt) : "";

/** How many codes of an account are left. */
export const codesLeft = ({ recovery }: AccountRecord): number =>
  recovery?.hashes.length ?? 0;

/** Whether these are the codes of an account: what a cookie says is looked at, too. */
export async function areCodesOf(
  { id, recovery }: AccountRecord,
  codes: string[],
): Promise<boolean> {
  const hashes = await Promise.all(codes.map((code) => hashOf(id, code)));
  return hashes.length === COUNT &&
    hashes.every((hash) => recovery?.hashes.includes(hash));
}

/**
 * Uses a code up; of two at once with one code one is right. The person is told by e-mail.
 *
 * @returns how many are left.
 * @throws {AppError} `wrong-recovery-code` (401) with `fields.code`.
 */
export async function useCode(
  s: Store,
  accountId: string,
  code: string,
): Promise<number> {
  const hash = await hashOf(accountId, code);
  const changed = await changeAccount(s.kv, accountId, (record, commit) => {
    const { recovery } = record;
    // What is compared are hashes: how far they agree tells nothing of a code.
    if (!recovery?.hashes.includes(hash)) throw wrongCode();
    const hashes = recovery.hashes.filter((one) => one !== hash);
    const mail = hashes.length === 0 ? "recovery-last" : "recovery-used";
    tellOfFactor(commit, record, "recovery-used", mail);
    return { ...record, recovery: { ...recovery, hashes } };
  });
  return codesLeft(changed);
}
