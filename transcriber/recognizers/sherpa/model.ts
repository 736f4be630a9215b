import { onnxMetadata } from "./onnx-metadata.ts";

/** A model of sherpa-onnx, as its child loads it. */
export interface SherpaModel {
  /** What kind of model it is, for people. */
  kind: string;
  /** Whether it hears while somebody speaks; others get one stretch of speech at a time. */
  streaming: boolean;
  /** `modelConfig` of sherpa-onnx-node, without what is the same for all. */
  config: Record<string, unknown>;
}

/** The files in a folder that make up a model. */
interface Parts {
  preprocessor?: string;
  encoder?: string;
  decoder?: string;
  uncached?: string;
  cached?: string;
  joiner?: string;
  model?: string;
  tokens?: string;
}

const PATTERNS: Record<keyof Parts, RegExp> = {
  preprocessor: /^preprocess.*\.onnx$/,
  encoder: /(^|[-.])encoder?[-_.](.*\.)?(onnx|ort)$/,
  decoder: /(^|[-.])decoder[-_.](.*\.)?(onnx|ort)$/,
  uncached: /^uncached_decode\..*onnx$/,
  cached: /^cached_decode\..*onnx$/,
  joiner: /(^|[-.])joiner[-_.](.*\.)?onnx$/,
  model: /^model([-_.].*)?\.onnx$/,
  tokens: /(^|[-.])tokens\.txt$/,
};

const SETUP =
  "Put a model of sherpa-onnx there: a streaming transducer (encoder*.onnx, decoder*.onnx, joiner*.onnx and tokens.txt), or Whisper, Moonshine, Parakeet, Canary or SenseVoice. deno task speech-model lists some.";

/**
 * The model in a folder, told by its files and what they say of themselves, or a sentence about
 * what is missing.
 * @param languages BCP 47 tags; a model that is told its language gets it if there is only one
 */
export function findModel(
  dir: string,
  languages: string[] = [],
): SherpaModel | string {
  let names: string[];
  try {
    names = [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
  } catch (error) {
    return error instanceof Deno.errors.NotCapable
      ? `Deno may not read SHERPA_MODEL_DIR. Start it with --allow-read=${dir}.`
      : `SHERPA_MODEL_DIR (${dir}) is not a folder that can be read.`;
  }
  const parts = partsIn(dir, names);
  const only = languages.length === 1 ? languages[0].split("-")[0] : "";
  return withoutJoiner(parts, only) ?? transducer(dir, parts);
}

function partsIn(dir: string, names: string[]): Parts {
  const path = (pattern: RegExp) => {
    const fitting = names.filter((name) => pattern.test(name));
    // Quantised files are as good at this and several times faster.
    const best = fitting.find((name) => name.includes("int8")) ?? fitting[0];
    return best && `${dir}/${best}`;
  };
  return Object.fromEntries(
    Object.entries(PATTERNS).map(([part, pattern]) => [part, path(pattern)]),
  );
}

const said = (path: string | undefined) =>
  path?.endsWith(".onnx") ? onnxMetadata(path) : null;

function withoutJoiner(parts: Parts, language: string): SherpaModel | null {
  const { preprocessor, encoder, decoder, joiner, tokens, model } = parts;
  if (!tokens) return null;
  const offline = (kind: string, config: Record<string, unknown>) => ({
    kind,
    streaming: false,
    config: { ...config, tokens },
  });
  const { uncached, cached } = parts;
  if (preprocessor && encoder && uncached && cached) {
    return offline("Moonshine", {
      moonshine: {
        preprocessor,
        encoder,
        uncachedDecoder: uncached,
        cachedDecoder: cached,
      },
    });
  }
  if (encoder && decoder && !joiner) {
    if (decoder.includes("merged")) {
      const moonshine = { encoder, mergedDecoder: decoder };
      return offline("Moonshine", { moonshine });
    }
    return byName(said(encoder)?.get("model_type") ?? "", [
      [/^whisper/, () =>
        offline("Whisper", {
          whisper: { encoder, decoder, language, task: "transcribe" },
        })],
      [/^EncDecMultiTask/, () => {
        const lang = language || "en";
        const canary = { encoder, decoder, srcLang: lang, tgtLang: lang };
        return offline("Canary", { canary: { ...canary, usePnc: 1 } });
      }],
    ]);
  }
  if (!model) return null;
  return byName(said(model)?.get("model_type") ?? "", [
    [/^sense_voice/, () =>
      offline("SenseVoice", {
        senseVoice: { model, language, useInverseTextNormalization: 1 },
      })],
    [/^EncDec/, () => offline("NeMo CTC", { nemoCtc: { model } })],
    [
      /^zipformer2?_ctc$/,
      () => offline("Zipformer CTC", { zipformerCtc: { model } }),
    ],
    [/^paraformer/, () => offline("Paraformer", { paraformer: { model } })],
    [/^wenet_ctc$/, () => offline("WeNet CTC", { wenetCtc: { model } })],
  ]);
}

function byName(
  name: string,
  kinds: [RegExp, () => SherpaModel][],
): SherpaModel | null {
  return kinds.find(([pattern]) => pattern.test(name))?.[1]() ?? null;
}

function transducer(dir: string, parts: Parts): SherpaModel | string {
  const { encoder, decoder, joiner, tokens } = parts;
  if (!encoder || !decoder || !joiner || !tokens) {
    const missing = Object.entries({ encoder, decoder, joiner, tokens })
      .filter(([, path]) => !path).map(([part]) => part);
    return `SHERPA_MODEL_DIR (${dir}) lacks ${missing.join(", ")}. ${SETUP}`;
  }
  const files = { transducer: { encoder, decoder, joiner }, tokens };
  const about = said(encoder);
  const nemo = /^EncDec/.test(about?.get("model_type") ?? "");
  const streaming = about === null || STREAMS.some((key) => about.has(key));
  if (streaming) return { kind: "transducer", streaming, config: files };
  return {
    kind: nemo ? "Parakeet" : "transducer",
    streaming,
    config: nemo ? { ...files, modelType: "nemo_transducer" } : files,
  };
}

/** What only the encoders of streaming models say of themselves. */
const STREAMS = [
  "decode_chunk_len",
  "chunk_shift",
  "T",
  "streaming_model_type",
];
