/** Pixels in rows from the top left, four bytes each: red, green, blue, alpha. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

/** An all-transparent (black) picture. */
export function emptyPicture(width: number, height: number): Picture {
  return { width, height, data: new Uint8ClampedArray(width * height * 4) };
}

/**
 * The picture with its longer side at most `side`, made smaller by a whole factor by
 * averaging blocks of pixels; the picture itself when it is small enough already.
 */
export function shrink(picture: Picture, side: number): Picture {
  const factor = Math.ceil(Math.max(picture.width, picture.height) / side);
  if (factor <= 1) return picture;
  const small = emptyPicture(
    Math.floor(picture.width / factor),
    Math.floor(picture.height / factor),
  );
  for (let y = 0; y < small.height; y++) {
    for (let x = 0; x < small.width; x++) {
      for (let channel = 0; channel < 4; channel++) {
        small.data[(y * small.width + x) * 4 + channel] = blockMean(
          picture,
          x * factor,
          y * factor,
          channel,
          factor,
        );
      }
    }
  }
  return small;
}

function blockMean(
  { data, width }: Picture,
  left: number,
  top: number,
  channel: number,
  size: number,
): number {
  let sum = 0;
  for (let y = top; y < top + size; y++) {
    for (let x = left; x < left + size; x++) {
      sum += data[(y * width + x) * 4 + channel];
    }
  }
  return sum / (size * size);
}
