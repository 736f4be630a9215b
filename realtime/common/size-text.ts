/** Units of a thousand, and from how many bytes on rounding reaches the next. */
const UNITS = [
  { unit: "kB", bytes: 1_000, digits: 0, below: 999_500 },
  { unit: "MB", bytes: 1_000_000, digits: 1, below: 999_950_000 },
  { unit: "GB", bytes: 1_000_000_000, digits: 1, below: Infinity },
];

/** How much so many bytes are, for a person: `3 kB`, `1.5 GB`. A kB has 1,000 bytes. */
export function sizeText(bytes: number): string {
  const it = UNITS.find(({ below }) => bytes < below);
  if (bytes < 1_000 || !it) return `${bytes} B`;
  return `${+(bytes / it.bytes).toFixed(it.digits)} ${it.unit}`;
}

/** The same for a limit, which settings give in MB. */
export const megabytesText = (mb: number): string => sizeText(mb * 1_000_000);
