/** A decimal digit of any script as ours: each script has its ten in a row, the zero first. */
function asDigit(sign: string): string {
  const isDigit = (code: number) => /\p{Nd}/u.test(String.fromCodePoint(code));
  const code = sign.codePointAt(0)!;
  let zero = code;
  while (isDigit(zero - 1)) zero -= 1;
  return String((code - zero) % 10);
}

/**
 * The letters and digits of a code as somebody typed it. Keyboards make long dashes of short ones,
 * and some have wide letters or digits of another script; what stands between its groups, or was
 * copied along unseen, tells nothing.
 */
export const typedCode = (code: string): string =>
  code.normalize("NFKC")
    .replace(/\p{Nd}/gu, asDigit)
    .replace(/[\s\p{P}\p{Cf}\u2212]/gu, "");
