/** A speech model worth having, as sherpa-onnx's makers publish it. */
export interface Published {
  name: string;
  /** The repository at Hugging Face. */
  repository: string;
  /** BCP 47, the first one being what it is best at. */
  languages: string[];
  /** What people are told of the languages. */
  speaks: string;
  /** Megabytes to fetch. */
  megabytes: number;
  /**
   * Seconds it takes for one of speech, and on what, as sherpa-onnx's documentation has it
   * (k2-fsa/sherpa, docs/source/onnx, of 2026); without it none was published.
   */
  speed?: { factor: number; on: string };
  /** What to expect of it. */
  about: string;
  /** Whether a file of the repository is needed. */
  needs: RegExp;
}

const WHISPER = /-(encoder|decoder)\.int8\.onnx$|-tokens\.txt$/;
const MOONSHINE =
  /^(preprocess|(encode|uncached_decode|cached_decode)\.int8)\.onnx$|^tokens\.txt$/;
const TRANSDUCER = /^(encoder|decoder|joiner)\.int8\.onnx$|^tokens\.txt$/;

const WORLD =
  "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su"
    .split(" ");
const EUROPE =
  "en bg hr cs da nl et fi fr de el hu it lv lt mt pl pt ro sk sl es sv ru uk"
    .split(" ");

const MACBOOK = "one core of a MacBook";
const MACBOOK_2 = "two cores of a MacBook";

/** Models from small to large. Sizes are those of the files; none was measured on this machine. */
export const CATALOGUE: Published[] = [
  {
    name: "zipformer-en",
    repository: "csukuangfj/sherpa-onnx-streaming-zipformer-en-2023-06-26",
    languages: ["en-US"],
    speaks: "English",
    megabytes: 73,
    speed: { factor: 0.06, on: MACBOOK_2 },
    about: "Words while you speak, without punctuation.",
    needs:
      /^(encoder|decoder|joiner)-epoch-99-avg-1-chunk-16-left-128\.int8\.onnx$|^tokens\.txt$/,
  },
  {
    name: "whisper-tiny-en",
    repository: "csukuangfj/sherpa-onnx-whisper-tiny.en",
    languages: ["en-US"],
    speaks: "English",
    megabytes: 104,
    speed: { factor: 0.43, on: "two cores of a Raspberry Pi 4" },
    about: "The smallest Whisper, with punctuation.",
    needs: WHISPER,
  },
  {
    name: "moonshine-tiny-en",
    repository: "csukuangfj/sherpa-onnx-moonshine-tiny-en-int8",
    languages: ["en-US"],
    speaks: "English",
    megabytes: 124,
    speed: { factor: 0.03, on: MACBOOK },
    about: "With punctuation: the one to begin with.",
    needs: MOONSHINE,
  },
  {
    name: "whisper-base",
    repository: "csukuangfj/sherpa-onnx-whisper-base",
    languages: WORLD,
    speaks: "99 languages",
    megabytes: 161,
    about: "Fair in large languages.",
    needs: WHISPER,
  },
  {
    name: "sense-voice",
    repository: "csukuangfj/sherpa-onnx-sense-voice-zh-en-ja-ko-yue-2024-07-17",
    languages: ["zh", "en", "ja", "ko", "yue"],
    speaks: "Chinese, Cantonese, English, Japanese, Korean",
    megabytes: 240,
    speed: { factor: 0.1, on: "one Cortex-A76" },
    about: "With punctuation and numbers.",
    needs: /^model\.int8\.onnx$|^tokens\.txt$/,
  },
  {
    name: "moonshine-base-en",
    repository: "csukuangfj/sherpa-onnx-moonshine-base-en-int8",
    languages: ["en-US"],
    speaks: "English",
    megabytes: 287,
    speed: { factor: 0.07, on: MACBOOK },
    about: "Better than the tiny one.",
    needs: MOONSHINE,
  },
  {
    name: "whisper-small",
    repository: "csukuangfj/sherpa-onnx-whisper-small",
    languages: WORLD,
    speaks: "99 languages",
    megabytes: 375,
    about: "Good in large languages, and slow.",
    needs: WHISPER,
  },
  {
    name: "parakeet-en",
    repository: "csukuangfj/sherpa-onnx-nemo-parakeet-tdt-0.6b-v2-int8",
    languages: ["en-US"],
    speaks: "English",
    megabytes: 661,
    speed: { factor: 0.14, on: "two Cortex-A76" },
    about: "The best English, with punctuation; wants 2 GB of memory.",
    needs: TRANSDUCER,
  },
  {
    name: "parakeet",
    repository: "csukuangfj/sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8",
    languages: EUROPE,
    speaks: "25 languages of Europe",
    megabytes: 671,
    speed: { factor: 0.33, on: "two cores of an unnamed machine" },
    about: "The best for Europe, told apart by itself; wants 2 GB of memory.",
    needs: TRANSDUCER,
  },
];

/** What the times in the list are. */
export const SPEEDS =
  "The seconds are those a model takes for one second of speech, as sherpa-onnx’s makers published them, and none of this machine: deno task eval:speech DIR measures those.";

/** The list people choose from. */
export function tableOf(models: Published[], chosen?: string): string {
  const rows = models.map(({ name, speaks, megabytes, speed, about }) => [
    name === chosen ? `${name} *` : name,
    `${megabytes} MB`,
    speed ? `${speed.factor.toFixed(2)} s on ${speed.on}` : "no speed known",
    speaks,
    about,
  ]);
  const width = (at: number) => Math.max(...rows.map((row) => row[at].length));
  return rows.map(([name, size, speed, speaks, about]) =>
    [
      name.padEnd(width(0)),
      size.padStart(width(1)),
      speed.padEnd(width(2)),
      speaks.padEnd(width(3)),
      about,
    ].join("  ")
  ).join("\n");
}
