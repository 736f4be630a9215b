/** A text frame as it came in; every character of a bench is ASCII, and so one byte. */
export interface Frame {
  readonly length: number;
  /** The code of the character at a place; 0 past the end. */
  codeAt(place: number): number;
  indexOf(text: string): number;
}

/** What a {@link Wire} tells its owner. */
export interface WireOwner {
  opened(): void;
  /** The frame is only valid during the call. */
  frame(frame: Frame): void;
  closed(): void;
}

/** One client's connection. */
export interface Wire {
  connect(port: number, path: string): void;
  /** Sends a text with the next {@link flush}, which must come in the same turn. */
  queue(text: Buffer): void;
  flush(): void;
}
