import { SAMPLE_RATE } from "../recognizers/recognizer.ts";
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
  const sent = send(child.stdin, bytes);
  const complaints = isAnythingIn(child.stderr);
  const samples = new Samples(SAMPLE_RATE, options.maxSeconds);
  try {
    for await (const frame of framesOf(child.stdout)) samples.add(frame);
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

async function send(stdin: WritableStream<Uint8Array>, bytes: Uint8Array) {
  const writer = stdin.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // ffmpeg closed its end: its exit code says why.
  }
}

/** Whether ffmpeg wrote anything: at its log level of errors, it could not decode all. */
async function isAnythingIn(stderr: ReadableStream<Uint8Array>) {
  let found = false;
  for await (const { length } of stderr) found ||= length > 0;
  return found;
}

function stop(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has already ended.
  }
}

/** Bytes of the WAV head that ffmpeg writes when told to add nothing. */
const HEAD = 44;

/** The channels of each piece; bytes come in pieces of any length, and what is cut waits. */
async function* framesOf(stdout: ReadableStream<Uint8Array>) {
  let rest = new Uint8Array();
  let channels = 0;
  for await (const chunk of stdout) {
    let bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    if (channels === 0 && bytes.length >= HEAD) {
      channels = bytes[22];
      bytes = bytes.slice(HEAD);
    }
    const width = 2 * channels;
    const whole = width && bytes.length - bytes.length % width;
    rest = bytes.slice(whole);
    if (whole === 0) continue;
    const samples = new Int16Array(bytes.buffer, 0, whole / 2);
    yield Array.from(
      { length: channels },
      (_, channel) =>
        Float32Array.from(
          { length: whole / width },
          (_, i) => samples[i * channels + channel] / 32768,
        ),
    );
  }
}
