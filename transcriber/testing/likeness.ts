/** How loud each 20 ms is. */
function loudness(pcm: Int16Array): number[] {
  const step = 320;
  return Array.from({ length: Math.floor(pcm.length / step) }, (_, i) => {
    const piece = pcm.subarray(i * step, (i + 1) * step);
    return Math.sqrt(piece.reduce((sum, value) => sum + value ** 2, 0) / step);
  });
}

/** How alike the loudness of two recordings is at the same times: 1 for the same. */
export function likeness(one: Int16Array, other: Int16Array): number {
  const [a, b] = [loudness(one), loudness(other)];
  const length = Math.min(a.length, b.length);
  const mean = (all: number[]) =>
    all.slice(0, length).reduce((sum, value) => sum + value, 0) / length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let both = 0, squareA = 0, squareB = 0;
  for (let i = 0; i < length; i++) {
    both += (a[i] - meanA) * (b[i] - meanB);
    squareA += (a[i] - meanA) ** 2;
    squareB += (b[i] - meanB) ** 2;
  }
  return both / Math.sqrt(squareA * squareB);
}
