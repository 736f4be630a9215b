/** Why a picture is not taken. */
export class PictureError extends Error {
  override name = "PictureError";
  constructor(readonly problem: "large" | "broken") {
    super(`The picture is ${problem}.`);
  }
}
