/** Boxes whose content is boxes (ISO 14496-12 §6.2), and how many bytes stand before them. */
const PARENTS: Record<string, number> = {
  ...{ moov: 0, trak: 0, mdia: 0, minf: 0, stbl: 0, edts: 0, dinf: 0 },
  ...{ mvex: 0, moof: 0, traf: 0, mfra: 0, udta: 0, meta: 4, ilst: 0 },
};
/** What is skipped, whatever is in it: the sound itself, and padding. */
const SKIPPED = ["mdat", "free", "skip", "wide"];
/** Samples of these are as many as there are instants; the demuxer takes them together. */
const PLAIN = [
  ...["lpcm", "sowt", "twos", "in24", "in32", "fl32", "fl64"],
  "raw".padEnd(4), // a type has four letters
  ...["ipcm", "fpcm", "alaw", "ulaw"],
];

/** Five minutes in fragments of a tenth of a second have 20,000. */
const MOST_BOXES = 25_000;
/** Bytes of tables and the like, with a picture of the cover. */
const MOST_BYTES = 4_000_000;
/** Five minutes in frames of 5 ms; nobody records shorter ones, and most are of 20. */
const MOST_FRAMES = 60_000;

/** Whether an MP4 file has few enough boxes, and promises no more frames than it can have. */
export const isMp4Bounded = (bytes: Uint8Array): boolean =>
  new Walk(bytes).inside(0, bytes.length, 0);

class Walk {
  private boxes = 0;
  private described = 0;
  private frames = 0;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.view = new DataView(buffer, byteOffset, byteLength);
  }

  /** Looks at the boxes from one place to another, and at those in them. */
  inside(from: number, to: number, depth: number): boolean {
    let isPlain = false;
    const counts: [frames: number, whole: boolean][] = [];
    for (let at = from; at + 8 <= to;) {
      const size = this.view.getUint32(at);
      const isLong = size === 1 && at + 16 <= to;
      const length = isLong
        ? Number(this.view.getBigUint64(at + 8))
        : size === 0
        ? to - at
        : size;
      const head = at + (isLong ? 16 : 8);
      const end = at + length;
      // One that is cut was refused before, but for what follows the last.
      if (end < head || end > to) break;
      const type = this.text(at + 4);
      if (++this.boxes > MOST_BOXES) return false;
      const skip = PARENTS[type];
      if (skip !== undefined) {
        if (depth > 8 || !this.inside(head + skip, end, depth + 1)) {
          return false;
        }
      } else if (!SKIPPED.includes(type)) {
        this.described += end - head;
        if (this.described > MOST_BYTES) return false;
      }
      if (type === "stsd") isPlain = PLAIN.includes(this.text(head + 12));
      if (type === "stts") counts.push([this.timed(head, end), true]);
      if (type === "trun") counts.push([this.number(head + 4, end), false]);
      at = end;
    }
    for (const [count, whole] of counts) {
      if (!(whole && isPlain)) this.frames += count;
    }
    return this.frames <= MOST_FRAMES;
  }

  /** Frames that a table of times speaks of: so many at a time, as often as it has entries. */
  private timed(head: number, end: number): number {
    const entries = this.number(head + 4, end);
    let frames = 0;
    for (let i = 0, at = head + 8; i < entries && at + 8 <= end; i++, at += 8) {
      frames += this.view.getUint32(at);
    }
    return frames;
  }

  private number(at: number, end: number): number {
    return at + 4 <= end ? this.view.getUint32(at) : 0;
  }

  private text(at: number): string {
    const codes = [0, 1, 2, 3].map((i) =>
      at + i < this.view.byteLength ? this.view.getUint8(at + i) : 0
    );
    return String.fromCharCode(...codes);
  }
}
