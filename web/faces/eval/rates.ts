/** How many of so many tries were errors. */
export interface Tally {
  errors: number;
  of: number;
}

/** For 95 % confidence. */
const Z = 1.96;

/**
 * The interval of Wilson (1927) at 95 % confidence for the rate of errors. It takes tries for
 * independent: pairs of photos share photos, so the truth is known less well than it says.
 */
export function interval({ errors, of }: Tally): [low: number, high: number] {
  if (of === 0) return [0, 1];
  // With no error seen, the rule of three says it more simply.
  if (errors === 0) return [0, Math.min(1, 3 / of)];
  const rate = errors / of;
  const middle = rate + Z * Z / (2 * of);
  const spread = Z *
    Math.sqrt(rate * (1 - rate) / of + Z * Z / (4 * of * of));
  const scale = 1 + Z * Z / of;
  return [
    Math.max(0, (middle - spread) / scale),
    Math.min(1, (middle + spread) / scale),
  ];
}

/** A rate as people compare small ones: "1/5000"; "0/300" when there was no error in 300 tries. */
export function oneIn({ errors, of }: Tally): string {
  return errors === 0 ? `0/${of}` : `1/${Math.round(of / errors)}`;
}

/** A rate as per cent with one decimal. */
export function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)} %`;
}
