/** The camera and the pictures of a form, without any page around them. */

/** The longest side of a picture that is sent: pixels. Enough for a face, quick to send. */
const LONGEST = 1280;
/** How many times as wide a still is as the frame that is looked at before: as FRAME_OF in faces/. */
const FRAME_OF = 3;
/** Between stills that belong together: ms. Long enough for them to differ. */
const PAUSE = 350;

/** A picture as it will be sent, and the canvas it was drawn on. */
export interface Still {
  file: File;
  canvas: HTMLCanvasElement;
}

/**
 * Asks for the front camera.
 *
 * @throws {DOMException} when it is denied, missing or in use: see {@linkcode cameraProblem}.
 * @throws {TypeError} on a page that is neither https nor localhost.
 */
export const openCamera = (): Promise<MediaStream> =>
  navigator.mediaDevices.getUserMedia({
    video: {
      facingMode: "user",
      width: { ideal: LONGEST },
      height: { ideal: 960 },
    },
  });

/** What a person can do about a camera that did not open. */
export function cameraProblem(error: unknown): string {
  switch ((error as Error).name) {
    case "NotAllowedError":
      return "The camera is blocked for this page. Allow it in the address bar, or choose a photo.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "No camera was found. Connect one, or choose a photo.";
    case "NotReadableError":
    case "AbortError":
      return "Another program is using the camera. Close it and try again, or choose a photo.";
    case "TypeError":
      return "Browsers allow the camera only on pages that use https, and this page uses http. Choose a photo.";
    default:
      return "The camera did not start. Try again, or choose a photo.";
  }
}

/**
 * Takes `count` stills of what a video shows, some time apart.
 *
 * @param onStill is told the number of each still as it is taken, from 1.
 * @param taken how many of the form's stills there are already, for the names of these.
 */
export async function takeStills(
  video: HTMLVideoElement,
  count: number,
  onStill: (number: number) => void,
  taken = 0,
): Promise<Still[]> {
  const stills: Still[] = [];
  for (let number = 1; number <= count; number++) {
    if (number > 1) await new Promise((done) => setTimeout(done, PAUSE));
    onStill(number);
    const { videoWidth, videoHeight } = video;
    stills.push(
      await draw(
        video,
        videoWidth,
        videoHeight,
        `selfie-${taken + number}.jpg`,
      ),
    );
  }
  return stills;
}

/**
 * What the server says of how somebody stands in what a video shows now: what to do, or nothing.
 *
 * @throws {Error} when it says nothing for now, or cannot be reached.
 */
export async function hintOf(video: HTMLVideoElement): Promise<string> {
  const { videoWidth, videoHeight } = video;
  const { file } = await draw(video, videoWidth, videoHeight, "", FRAME_OF);
  const answer = await fetch("/face-hint", { method: "POST", body: file });
  if (answer.status !== 200) throw new Error();
  return await answer.text();
}

/**
 * A chosen picture, upright and no larger than what is sent.
 *
 * @throws {DOMException} when the browser cannot read it as a picture.
 */
export async function readPicture(file: File): Promise<Still> {
  const bitmap = await createImageBitmap(file, {
    imageOrientation: "from-image",
  });
  const name = file.name.replace(/\.\w+$/, "") + ".jpg";
  return await draw(bitmap, bitmap.width, bitmap.height, name);
}

async function draw(
  source: CanvasImageSource,
  width: number,
  height: number,
  name: string,
  smaller = 1,
): Promise<Still> {
  const scale = Math.min(1, LONGEST / Math.max(width, height)) / smaller;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d")!.drawImage(
    source,
    0,
    0,
    canvas.width,
    canvas.height,
  );
  const blob = await new Promise<Blob | null>((done) =>
    canvas.toBlob(done, "image/jpeg", smaller > 1 ? 0.7 : 0.9)
  );
  if (!blob) throw new DOMException("empty picture", "EncodingError");
  return { file: new File([blob], name, { type: blob.type }), canvas };
}

/** Puts files into a form's input as if they had been chosen. */
export function setFiles(input: HTMLInputElement, files: File[]): void {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
}
