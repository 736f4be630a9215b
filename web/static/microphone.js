/**
 * The microphone as 16 kHz mono signed 16-bit samples, 50 ms at a time: a recogniser needs half a
 * second before it knows a word, and what waits here comes on top. Runs on the audio thread; see
 * client/sound.ts.
 */
const RATE = 16_000;
const PIECE = RATE / 20;

class Microphone extends AudioWorkletProcessor {
  #piece = new Int16Array(PIECE);
  #length = 0;
  #last = 0;
  /** How far behind the last sample the next one of ours lies, in samples of the device. */
  #next = 0;

  process([[input = []]]) {
    const step = sampleRate / RATE;
    for (const sample of input) {
      for (; this.#next <= 1; this.#next += step) {
        this.#add(this.#last + (sample - this.#last) * this.#next);
      }
      this.#next--;
      this.#last = sample;
    }
    return true;
  }

  #add(value) {
    this.#piece[this.#length++] = Math.max(-1, Math.min(1, value)) * 32_767;
    if (this.#length < PIECE) return;
    this.port.postMessage(this.#piece.buffer, [this.#piece.buffer]);
    this.#piece = new Int16Array(PIECE);
    this.#length = 0;
  }
}

registerProcessor("microphone", Microphone);
