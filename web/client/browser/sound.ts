/** What a microphone hears, beside the recording of it: how loud it is, and its samples. */
import { asset } from "fresh/runtime";

/** The highest frequency kept, Hz: less than half of the rate the samples have. */
const HIGHEST = 6_500;
/** Two filters in a row that make one steep one (Butterworth, fourth order): dB. */
const STEEPNESS = [-5.3, 2.3];
/** How long a recording waits for the samples' script: ms. It goes on without them. */
const PATIENCE = 2_000;

export interface SoundEvents {
  /** About sixty times a second: how loud it is now, from 0 to 1. */
  onLevel(level: number): void;
  /** A piece of sound, where the browser can give it: 16 kHz mono signed 16-bit samples. */
  onSamples(samples: ArrayBuffer): void;
}

export interface Sound {
  /** Resolves once samples can be had, or it is clear that they cannot. */
  ready: Promise<unknown>;
  listen(stream: MediaStream, events: SoundEvents): void;
  /** Ends it; tells the loudest moment, from 0 to 1; 1 if none was measured. */
  close(): number;
}

/** Prepares to listen. Call it while the person's click is fresh: browsers want one. */
export function openSound(): Sound {
  const context = new AudioContext();
  let hasSamples = false;
  let loudest = 0;
  let frame = 0;
  const loading = context.audioWorklet?.addModule(asset("/microphone.js"))
    .then(() => hasSamples = true)
    // Blocked, offline or of an older build: the recording alone will do.
    .catch(() => {});

  return {
    ready: Promise.race([
      loading,
      new Promise((resolve) => setTimeout(resolve, PATIENCE)),
    ]),
    listen(stream, { onLevel, onSamples }) {
      // Safari starts it only now that the microphone is in use; it may be closed meanwhile.
      context.resume().catch(() => {});
      const source = context.createMediaStreamSource(stream);
      const analyser = new AnalyserNode(context, { fftSize: 1024 });
      source.connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      frame = requestAnimationFrame(function measure() {
        analyser.getFloatTimeDomainData(samples);
        const peak = samples.reduce((most, s) => Math.max(most, Math.abs(s)));
        loudest = Math.max(loudest, peak);
        // Speech is mostly quiet: the root shows it.
        onLevel(Math.min(1, Math.sqrt(peak)));
        frame = requestAnimationFrame(measure);
      });
      if (hasSamples) takeSamples(source, onSamples);
    },
    close() {
      cancelAnimationFrame(frame);
      // A browser may hold the meter back, or the page be in the background.
      const measured = context.state === "running" && loudest > 0;
      context.close();
      return measured ? loudest : 1;
    },
  };
}

function takeSamples(
  source: AudioNode,
  onSamples: SoundEvents["onSamples"],
): void {
  const { context } = source;
  const microphone = new AudioWorkletNode(context, "microphone", {
    channelCount: 1,
    channelCountMode: "explicit",
  });
  microphone.port.onmessage = ({ data }) => onSamples(data);
  STEEPNESS.map((Q) =>
    new BiquadFilterNode(context, { type: "lowpass", frequency: HIGHEST, Q })
  ).reduce<AudioNode>((from, to) => from.connect(to), source)
    .connect(microphone)
    // It plays nothing; but what leads nowhere is not asked for samples everywhere.
    .connect(context.destination);
}
