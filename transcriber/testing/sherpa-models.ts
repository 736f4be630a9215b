import { toInt16 } from "../audio/samples.ts";
import { tone } from "./files.ts";
import {
  type Constant,
  FLOAT,
  type Graph,
  INT32,
  INT64,
  onnxFile,
} from "./onnx.ts";

/** Bins of the features sherpa-onnx makes of a frame. */
const BINS = 80;
/** The bins of a low sound, of 400 Hz, and of a high one, of 5 kHz. */
const BANDS = [[12, 16], [64, 69]] as const;

/** What tells three sounds apart: nothing, a low one, a high one. */
function bands(name: string, frames: number, silence: number, more = 0) {
  const width = 3 + more;
  const weights = new Float32Array(frames * BINS * width);
  for (let bin = 0; bin < frames * BINS; bin++) {
    BANDS.forEach(([from, to], band) => {
      const inside = bin % BINS >= from && bin % BINS < to;
      if (inside) weights[bin * width + band + 1] = 1 / (to - from) / frames;
    });
  }
  const bias = new Float32Array(width).fill(-1_000);
  bias.set([silence, 0, 0]);
  const constants: Constant[] = [
    { name: `${name}-weights`, dims: [frames * BINS, width], values: weights },
    { name: `${name}-bias`, dims: [width], values: bias },
  ];
  return constants;
}

const whole = (name: string, ...values: number[]): Constant => ({
  name,
  dims: [values.length],
  values: BigInt64Array.from(values, BigInt),
});

/** A model that hears a word for a low sound, and another for a high one. */
export interface TinyModel {
  "model.onnx": Uint8Array<ArrayBuffer>;
  "tokens.txt": string;
}

const tokensOf = (names: string[]) =>
  names.map((name, id) => `${name} ${id}\n`).join("");

/** A Zipformer CTC, which looks at every fourth frame. */
export function tinyZipformer(low = "▁LOW", high = "▁HIGH"): TinyModel {
  const graph: Graph = {
    inputs: [["x", FLOAT, ["N", "T", BINS]], ["x_lens", INT64, ["N"]]],
    outputs: [
      ["log_probs", FLOAT, ["N", "U", 3]],
      ["log_probs_len", INT64, ["N"]],
    ],
    constants: [
      ...bands("bands", 1, SILENCE),
      whole("zero", 0),
      whole("one", 1),
      whole("two", 2),
      whole("four", 4),
      whole("end", 1_000_000),
    ],
    operations: [
      {
        type: "Slice",
        inputs: ["x", "zero", "end", "one", "four"],
        output: "every",
      },
      { type: "MatMul", inputs: ["every", "bands-weights"], output: "sums" },
      { type: "Add", inputs: ["sums", "bands-bias"], output: "scores" },
      {
        type: "LogSoftmax",
        inputs: ["scores"],
        output: "log_probs",
        attribute: ["axis", 2],
      },
      { type: "Shape", inputs: ["log_probs"], output: "shape" },
      {
        type: "Slice",
        inputs: ["shape", "one", "two", "zero"],
        output: "log_probs_len",
      },
    ],
  };
  return {
    "model.onnx": onnxFile(graph, { model_type: "zipformer2_ctc" }),
    "tokens.txt": tokensOf(["<blk>", low, high]),
  };
}

/** Energies of quiet frames are below this, and of loud ones above it. */
const SILENCE = -4;
/** SenseVoice's samples are whole numbers, whose energies are higher. */
const HIGHER = 2 * Math.log(32_768);
/** Frames SenseVoice puts together, and how far it then goes on. */
const WINDOW = 7, SHIFT = 6;

/** A SenseVoice, whose first four tokens are about the recording. */
export function tinySenseVoice(): TinyModel {
  const about = new Float32Array(4 * 7).fill(-1_000);
  for (let i = 0; i < 4; i++) about[i * 7 + 3 + i] = 1;
  const graph: Graph = {
    inputs: [
      ["x", FLOAT, ["N", "T", BINS * WINDOW]],
      ["x_length", INT32, ["N"]],
      ["language", INT32, ["N"]],
      ["text_norm", INT32, ["N"]],
    ],
    outputs: [["logits", FLOAT, ["N", "U", 7]]],
    constants: [
      ...bands("bands", WINDOW, SILENCE + HIGHER, 4),
      { name: "about", dims: [1, 4, 7], values: about },
    ],
    operations: [
      { type: "MatMul", inputs: ["x", "bands-weights"], output: "sums" },
      { type: "Add", inputs: ["sums", "bands-bias"], output: "scores" },
      {
        type: "Concat",
        inputs: ["about", "scores"],
        output: "logits",
        attribute: ["axis", 1],
      },
    ],
  };
  const each = (value: string) =>
    Array.from({ length: BINS * WINDOW }, () => value).join(",");
  const languages = ["auto", "zh", "en", "ja", "ko", "yue"];
  return {
    "model.onnx": onnxFile(graph, {
      model_type: "sense_voice_ctc",
      comment: "made in a test",
      vocab_size: "7",
      lfr_window_size: String(WINDOW),
      lfr_window_shift: String(SHIFT),
      normalize_samples: "0",
      with_itn: "14",
      without_itn: "15",
      neg_mean: each("0"),
      inv_stddev: each("1"),
      ...Object.fromEntries(languages.map((tag, i) => [`lang_${tag}`, `${i}`])),
    }),
    "tokens.txt": tokensOf([
      ..."<unk> ▁Low, ▁High. <|en|> <|NEUTRAL|> <|Speech|> <|withitn|>".split(
        " ",
      ),
    ]),
  };
}

/** Writes a model into a folder of its own. */
export async function modelFolder(
  files: Record<string, string | Uint8Array>,
): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "sherpa-model-" });
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    await Deno.writeFile(`${dir}/${name}`, bytes);
  }
  return dir;
}

/** A low sound and a high one, without the clicks that are neither. */
export const LOW = softly(toInt16(tone(400, 0.6, 16_000)));
export const HIGH = softly(toInt16(tone(5_000, 0.6, 16_000)));

function softly(pcm: Int16Array): Int16Array {
  const edge = 320;
  return pcm.map((value, at) =>
    value * Math.min(1, at / edge, (pcm.length - at) / edge)
  );
}
