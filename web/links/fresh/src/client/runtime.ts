/** The browser's half of `fresh/runtime`. */
export { asset, assetSrcSet } from "../asset.ts";
export { HttpError } from "../http_error.ts";

export const IS_BROWSER = true;

/** The server has put its children into the head already. */
export function Head(): null {
  return null;
}
