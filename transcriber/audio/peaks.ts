/** Parts of a waveform; a message may have no more (LIMITS.peaks of realtime's protocol). */
const PARTS = 64;

/** How loud each of 64 equal parts of a recording is, of the loudest 100. */
export function peaksOf(pcm: Int16Array): number[] {
  const parts = Array.from({ length: PARTS }, (_, at) => {
    const from = Math.floor(at * pcm.length / PARTS);
    const to = Math.floor((at + 1) * pcm.length / PARTS);
    let peak = 0;
    for (let i = from; i < to; i++) peak = Math.max(peak, Math.abs(pcm[i]));
    return peak;
  });
  const loudest = Math.max(1, ...parts);
  return parts.map((peak) => Math.round(100 * peak / loudest));
}
