import type { SherpaModel } from "./model.ts";

/** Kinds of models that tell by themselves which of their languages is spoken. */
const DETECTING = ["Whisper", "SenseVoice", "Parakeet"];

/** Whether a model with these languages tells which one is spoken. */
export const detects = (
  { kind }: SherpaModel,
  languages: readonly string[],
): boolean => languages.length > 1 && DETECTING.includes(kind);

/**
 * The settings that tell a model which language is spoken, given to it before each stretch; undefined
 * for a model that cannot be told. sherpa-onnx changes no other settings of a loaded model.
 * @param language ISO 639-1; undefined: the model tells by itself, or takes the one it began with
 */
export function toldLanguage(
  { config }: SherpaModel,
  language: string | undefined,
): SherpaModel["config"] | undefined {
  const { whisper, canary } = config as Record<string, object | undefined>;
  if (whisper) {
    return {
      ...config,
      whisper: { ...whisper, ...named("language", language) },
    };
  }
  if (canary) {
    const both = {
      ...named("srcLang", language),
      ...named("tgtLang", language),
    };
    return { ...config, canary: { ...canary, ...both } };
  }
  return undefined;
}

const named = (key: string, language: string | undefined) =>
  language === undefined ? {} : { [key]: language };
