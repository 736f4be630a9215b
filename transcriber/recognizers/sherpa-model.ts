/** The files of a streaming transducer, as sherpa-onnx's models are packed. */
export interface SherpaModel {
  encoder: string;
  decoder: string;
  joiner: string;
  tokens: string;
}

/** The model in a folder, or a sentence about what is missing. */
export function findModel(dir: string): SherpaModel | string {
  let names: string[];
  try {
    names = [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
  } catch (error) {
    return error instanceof Deno.errors.NotCapable
      ? `Deno may not read SHERPA_MODEL_DIR. Start it with --allow-read=${dir}.`
      : `SHERPA_MODEL_DIR (${dir}) is not a folder that can be read.`;
  }
  const part = (name: string) => {
    const fitting = names.filter((file) =>
      file.startsWith(name) && file.endsWith(".onnx")
    );
    // Quantised files are as good at this and several times faster.
    return fitting.find((file) => file.includes("int8")) ?? fitting[0];
  };
  const found = {
    encoder: part("encoder"),
    decoder: part("decoder"),
    joiner: part("joiner"),
    tokens: names.find((file) => file === "tokens.txt"),
  };
  const missing = Object.entries(found)
    .filter(([, file]) => file === undefined).map(([name]) => name);
  if (missing.length > 0) {
    return `SHERPA_MODEL_DIR (${dir}) lacks ${
      missing.join(", ")
    }. Put a streaming transducer of sherpa-onnx there: encoder*.onnx, decoder*.onnx, joiner*.onnx and tokens.txt.`;
  }
  const { encoder, decoder, joiner, tokens } = found;
  return {
    encoder: `${dir}/${encoder}`,
    decoder: `${dir}/${decoder}`,
    joiner: `${dir}/${joiner}`,
    tokens: `${dir}/${tokens}`,
  };
}
