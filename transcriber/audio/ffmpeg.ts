import { SAMPLE_RATE } from "../recognizers/recognizer.ts";
import { give, planesOf, stop } from "./decoder-output.ts";
import { audioBroken, audioFormat, audioNeedsFfmpeg } from "./errors.ts";
import type { Format } from "./sniff.ts";
import { Samples } from "./samples.ts";

export interface FfmpegOptions {
  /** The program to run. */
  command: string;
  maxSeconds: number;
  signal: AbortSignal;
}

/** ffmpeg's name of the one demuxer each format may use: it must not guess, for guessing reaches playlists. */
const DEMUXERS: Record<Format, string> = {
  webm: "matroska",
  ogg: "ogg",
  wav: "wav",
  mp4: "mov",
  flac: "flac",
  mpeg: "mp3",
};

/**
 * Decodes what we have no decoder for with ffmpeg, when the machine has it.
 * @throws {ApiError} 415 `audio-format` without ffmpeg; 422 `audio-broken`; 413 `audio-too-long`
 */
export async function decodeWithFfmpeg(
  bytes: Uint8Array,
  format: Format,
  options: FfmpegOptions,
): Promise<Samples> {
  const child = spawn(format, options);
  const sent = give(child.stdin, bytes);
  const complaints = isAnythingIn(child.stderr);
  const samples = new Samples(SAMPLE_RATE, options.maxSeconds);
  try {
    for await (const planes of planesOf(child.stdout)) samples.add(planes);
  } catch (error) {
    stop(child);
    throw error;
  } finally {
    await sent;
  }
  samples.damaged = await complaints;
  const status = await child.status;
  options.signal.throwIfAborted();
  if (!status.success) throw audioBroken(`ffmpeg ended with ${status.code}`);
  return samples;
}

function spawn(format: Format, options: FfmpegOptions): Deno.ChildProcess {
  // One second beyond the limit is enough to know that the recording is too long.
  const limit = String(options.maxSeconds + 1);
  try {
    return new Deno.Command(options.command, {
      args: [
        ..."-nostdin -v error -protocol_whitelist pipe".split(" "),
        ...["-f", DEMUXERS[format], "-i", "pipe:0"],
        // Two channels stay two: those that cancel each other are ours to notice.
        ...["-t", limit, "-vn", "-af", "aformat=channel_layouts=mono|stereo"],
        ...["-fflags", "+bitexact", "-c:a", "pcm_s16le", "-f", "wav"],
        ...["-ar", String(SAMPLE_RATE), "pipe:1"],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      signal: options.signal,
    }).spawn();
  } catch (error) {
    // Absent, or Deno was started without --allow-run=ffmpeg: both mean "we cannot read this".
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotCapable
    ) throw format === "mp4" ? audioNeedsFfmpeg() : audioFormat();
    throw error;
  }
}

/** Whether ffmpeg wrote anything: at its log level of errors, it could not decode all. */
async function isAnythingIn(stderr: ReadableStream<Uint8Array>) {
  let found = false;
  for await (const { length } of stderr) found ||= length > 0;
  return found;
}
