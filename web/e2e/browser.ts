/** Chromium with a fake camera and microphone: one browser a person. */
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { PATIENCE } from "./patience.ts";

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
];

/** Where Chromium is. */
export const CHROMIUM = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

export interface Devices {
  /** A motion JPEG file. */
  camera?: string;
  /** A 48 kHz WAV file, played once. */
  microphone?: string;
  /** More of Chromium's own options. */
  flags?: string[];
}

export type Screen = Parameters<Browser["newContext"]>[0];

/** A browser of its own. Close it when done. */
export function openBrowser(devices: Devices = {}): Promise<Browser> {
  const { camera, microphone, flags = [] } = devices;
  return chromium.launch({
    timeout: PATIENCE,
    executablePath: CHROMIUM,
    args: [
      ...FLAGS,
      ...flags,
      ...(camera ? [`--use-file-for-fake-video-capture=${camera}`] : []),
      ...(microphone
        ? [`--use-file-for-fake-audio-capture=${microphone}%noloop`]
        : []),
    ],
  });
}

/**
 * A context that collects what must never happen: page errors and refused scripts or styles.
 * `problems` is checked at the end of a story.
 */
export async function openContext(
  browser: Browser,
  url: string,
  options: Screen = {},
): Promise<{ context: BrowserContext; problems: string[] }> {
  const context = await browser.newContext({ baseURL: url, ...options });
  context.setDefaultTimeout(PATIENCE);
  const problems: string[] = [];
  context.on("weberror", (error) => problems.push(String(error.error())));
  context.on("console", (message) => {
    if (/Content Security Policy|hydrat/i.test(message.text())) {
      problems.push(message.text());
    }
  });
  return { context, problems };
}
