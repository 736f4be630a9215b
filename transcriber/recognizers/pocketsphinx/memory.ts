// feat.h, cmn.h and agc.h of sphinxbase 5prealpha: public structures without functions to reset
// them. Offsets are those of 64-bit machines; `mfcc_t` is a float.
const FEAT = { cepsize: 16, cmn: 68, cmnStruct: 88, agcStruct: 96 };
const FEAT_SIZE = 104;
const CMN = { mean: 0, variance: 8, sum: 16, frames: 24 };
const CMN_SIZE = 32, AGC_SIZE = 24;
/** Numbers of one frame, 13 in every model there is: anything else is another structure. */
const MOST_NUMBERS = 64;

/** What a decoder learns of a voice and a room, as it was before it heard any. */
export class Memory {
  #places: { live: Uint8Array; fresh: Uint8Array }[] = [];

  /**
   * Notes the state of a decoder that has heard nothing yet.
   * @param feat its `feat_t`, which must outlive this
   * @throws Error when the structure is not the one that is known: nothing is written to it then
   */
  constructor(feat: Deno.PointerObject) {
    const at = new Deno.UnsafePointerView(feat);
    const veclen = at.getUint32(FEAT.cepsize);
    if (veclen < 1 || veclen > MOST_NUMBERS) {
      throw new Error("pocketsphinx is of a version that is not known");
    }
    const means = at.getPointer(FEAT.cmnStruct);
    const gain = at.getPointer(FEAT.agcStruct);
    // Which way the mean is taken: a live stream changes it for good.
    this.#keep(feat, FEAT_SIZE, FEAT.cmn, 4);
    if (means !== null) {
      const view = new Deno.UnsafePointerView(means);
      this.#keep(means, CMN_SIZE, CMN.frames, 4);
      for (const field of [CMN.mean, CMN.variance, CMN.sum]) {
        const vector = view.getPointer(field);
        if (vector !== null) this.#keep(vector, veclen * 4, 0, veclen * 4);
      }
    }
    if (gain !== null) this.#keep(gain, AGC_SIZE, 0, AGC_SIZE);
  }

  /** Forgets whoever spoke. Not while the decoder works. */
  forget(): void {
    for (const { live, fresh } of this.#places) live.set(fresh);
  }

  #keep(
    pointer: Deno.PointerObject,
    size: number,
    from: number,
    length: number,
  ): void {
    const whole = Deno.UnsafePointerView.getArrayBuffer(pointer, size);
    const live = new Uint8Array(whole, from, length);
    this.#places.push({ live, fresh: live.slice() });
  }
}
