import { encode } from "uqr";

/** What scanners need around a code: modules (ISO/IEC 18004, quiet zone). */
const QUIET = 4;

/** The dark modules as one path: a rectangle for each run in a row. */
function pathOf(rows: boolean[][]): string {
  return rows.map((row, y) => {
    let path = "";
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x]) x++;
      path += `M${from} ${y}h${x - from}v1h${from - x}z`;
    }
    return path;
  }).join("");
}

/** A text as a QR code, dark on light in either scheme, as scanners need it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      width="200"
      height="200"
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={pathOf(data)} fill="#000" />
    </svg>
  );
}
