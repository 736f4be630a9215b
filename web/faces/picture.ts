/** Pixels in rows from the top left, four bytes each: red, green, blue, alpha. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
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

/** The picture turned clockwise by one, two or three quarters. */
export function turnPicture(
  { width, height, data }: Picture,
  quarters: 1 | 2 | 3,
): Picture {
  const onItsSide = quarters !== 2;
  const turned = onItsSide
    ? emptyPicture(height, width)
    : emptyPicture(width, height);
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const to = new Uint32Array(turned.data.buffer);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = quarters === 1
        ? [height - 1 - y, x]
        : quarters === 2
        ? [width - 1 - x, height - 1 - y]
        : [y, width - 1 - x];
      to[v * turned.width + u] = from[y * width + x];
    }
  }
  return turned;
}
