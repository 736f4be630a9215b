/** What an answer may be compressed by, as whoever asks says it: Accept-Encoding, RFC 9110 §12.5.3. */

/** How much each coding that is named is wanted, 0 to 1; NaN where it is not said in a known way. */
function weightsOf(accepted: string): Map<string, number> {
  const parts = accepted.toLowerCase().split(",");
  return new Map(parts.map((part) => {
    const [coding, ...rest] = part.split(";").map((word) => word.trim());
    const weight = rest.find((word) => word.startsWith("q="));
    return [coding, weight === undefined ? 1 : Number(weight.slice(2))];
  }));
}

/** Clients of one kind say the same: so many are remembered, where they are no longer than this. */
const MOST = 200, SHORT = 200;
const known = new Map<string, Map<string, number>>();

function remembered(accepted: string): Map<string, number> {
  if (accepted.length > SHORT) return weightsOf(accepted);
  if (known.size >= MOST) known.clear();
  return known.getOrInsertComputed(accepted, weightsOf);
}

/**
 * Whether an answer may come in this coding. It must be named: whoever sends `*` takes it as it is, too.
 *
 * @param accepted the header; null: there is none.
 */
export function takes(accepted: string | null, coding: "br" | "gzip"): boolean {
  if (accepted === null) return false;
  const weights = remembered(accepted);
  const weight = weights.get(coding) ?? 0;
  return weight > 0 && weight >= (weights.get("identity") ?? 0);
}
