/** What is wrong with the light, told while there is still time to mend it. */

/** What is looked at of a picture: pixels. Enough for the light, and done in no time. */
const WIDTH = 32;
const HEIGHT = 24;
/** Mean brightness of the middle, 0 to 255: below and above, a photo is likely to be refused. */
const DARK = 40;
const BRIGHT = 225;
/** How much brighter the rest may be before it is the light that is behind. */
const BEHIND = 110;

/**
 * What to do about the light of a picture, by the brightness of its middle, where the face is, and of
 * the rest; empty when it is fine.
 *
 * @param pixels RGBA, row by row.
 */
export function lightAdvice(
  pixels: ArrayLike<number>,
  width = WIDTH,
  height = HEIGHT,
): string {
  let middle = 0;
  let rest = 0;
  let count = 0;
  for (let i = 0; i < width * height; i++) {
    const x = i % width / width;
    const y = i / width / height;
    const at = 4 * i;
    // ITU-R BT.601, as the server counts it.
    const luma = 0.299 * pixels[at] + 0.587 * pixels[at + 1] +
      0.114 * pixels[at + 2];
    if (x >= 0.3 && x < 0.7 && y >= 0.15 && y < 0.85) {
      middle += luma;
      count++;
    } else rest += luma;
  }
  middle /= count;
  rest /= width * height - count;
  if (rest - middle > BEHIND) return "The light is behind you. Turn around.";
  if (middle < DARK) return "It is too dark here. Turn to a light.";
  if (middle > BRIGHT) return "It is too bright here. Step out of the light.";
  return "";
}

/** {@link lightAdvice} for what a video shows now. */
export function lightOf(video: HTMLVideoElement): string {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext("2d")!;
  pen.drawImage(video, 0, 0, WIDTH, HEIGHT);
  return lightAdvice(pen.getImageData(0, 0, WIDTH, HEIGHT).data);
}
