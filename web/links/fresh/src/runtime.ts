export { asset, assetSrcSet } from "./asset.ts";
export { Head, type HeadProps } from "./head.ts";
export { HttpError } from "./http_error.ts";

/** Whether this code runs in a browser. */
export const IS_BROWSER = typeof document !== "undefined";
