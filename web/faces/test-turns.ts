/** Other views for tests, made of one photo with a face in the middle: turned, tilted, far away. */
import { emptyPicture, type Picture, shrink } from "./picture.ts";

/** Radius of the head, as a share of the picture's width. */
const RADIUS = 0.25;
/** Where the camera is, in widths of the picture. */
const DISTANCE = 2;

/**
 * The head turned by an angle (radians) to the person's own left, as if it were a cylinder. It
 * moves the measured yaw by about half the angle.
 */
export function turnHead(picture: Picture, angle: number): Picture {
  const middle = picture.width / 2;
  const radius = picture.width * RADIUS;
  const side = Math.PI / 2;
  return redraw(picture, (x, y) => {
    const sine = (x - middle) / radius;
    if (Math.abs(sine) >= 1) return [x, y];
    const before = Math.asin(sine) - angle;
    const seen = Math.max(-side, Math.min(side, before));
    return [middle + radius * Math.sin(seen), y];
  });
}

/** The flat photo itself held at an angle (radians) to the camera. */
export function tiltPhoto(picture: Picture, angle: number): Picture {
  const { width, height } = picture;
  const far = DISTANCE * width;
  return redraw(picture, (x, y) => {
    const u = x - width / 2;
    const across = u * far / (far * Math.cos(angle) + u * Math.sin(angle));
    const nearness = 1 - across * Math.sin(angle) / far;
    return [width / 2 + across, height / 2 + (y - height / 2) * nearness];
  });
}

/** A picture whose pixels come from elsewhere in another, without interpolation. */
function redraw(
  { width, height, data }: Picture,
  from: (x: number, y: number) => [number, number],
): Picture {
  const drawn = emptyPicture(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = from(x, y).map(Math.round);
      if (u < 0 || v < 0 || u >= width || v >= height) continue;
      const at = (v * width + u) * 4;
      drawn.data.set(data.subarray(at, at + 4), (y * width + x) * 4);
    }
  }
  return drawn;
}

/** The photo seen from `times` as far away, in front of a grey wall. */
export function farAway(picture: Picture, times: number): Picture {
  const { width, height } = picture;
  const small = shrink(picture, Math.ceil(width / times));
  const drawn = emptyPicture(width, height);
  new Uint32Array(drawn.data.buffer).fill(0xff787878);
  const left = (width - small.width) >> 1;
  const top = (height - small.height) >> 1;
  for (let y = 0; y < small.height; y++) {
    const row = small.data.subarray(
      y * small.width * 4,
      (y + 1) * small.width * 4,
    );
    drawn.data.set(row, ((y + top) * width + left) * 4);
  }
  return drawn;
}
