// PocketSphinx 5prealpha as Debian packages it (libpocketsphinx3); pocketsphinx.h, cmd_ln.h, ngram_model.h.
// Calls that search are non-blocking: they run on another thread while the event loop goes on.
const SPHINXBASE = {
  cmd_ln_parse_r: {
    parameters: ["pointer", "pointer", "i32", "pointer", "i32"],
    result: "pointer",
  },
  cmd_ln_set_str_r: {
    parameters: ["pointer", "buffer", "buffer"],
    result: "void",
  },
  cmd_ln_free_r: { parameters: ["pointer"], result: "i32" },
  err_set_logfp: { parameters: ["pointer"], result: "void" },
  logmath_exp: { parameters: ["pointer", "i32"], result: "f64" },
  ngram_model_read: {
    parameters: ["pointer", "buffer", "i32", "pointer"],
    result: "pointer",
  },
  ngram_model_free: { parameters: ["pointer"], result: "i32" },
  ngram_model_add_word: {
    parameters: ["pointer", "buffer", "f32"],
    result: "i32",
  },
  ngram_model_apply_weights: {
    parameters: ["pointer", "f32", "f32"],
    result: "i32",
  },
  ngram_model_set_add: {
    parameters: ["pointer", "pointer", "buffer", "f32", "i32"],
    result: "pointer",
    nonblocking: true,
  },
  ngram_model_set_remove: {
    parameters: ["pointer", "buffer", "i32"],
    result: "pointer",
    nonblocking: true,
  },
  ngram_model_set_interp: {
    parameters: ["pointer", "buffer", "buffer"],
    result: "pointer",
  },
  ngram_model_set_select: {
    parameters: ["pointer", "buffer"],
    result: "pointer",
  },
  ngram_model_set_current: { parameters: ["pointer"], result: "pointer" },
  ngram_wid: { parameters: ["pointer", "buffer"], result: "i32" },
  ngram_unknown_wid: { parameters: ["pointer"], result: "i32" },
  ngram_ng_prob: {
    parameters: ["pointer", "i32", "pointer", "i32", "buffer"],
    result: "i32",
  },
} as const;

const POCKETSPHINX = {
  ps_get_config: { parameters: ["pointer"], result: "pointer" },
  ps_get_lm: { parameters: ["pointer", "buffer"], result: "pointer" },
  ps_get_feat: { parameters: ["pointer"], result: "pointer" },
  ps_args: { parameters: [], result: "pointer" },
  ps_init: { parameters: ["pointer"], result: "pointer", nonblocking: true },
  ps_free: { parameters: ["pointer"], result: "i32" },
  ps_start_stream: { parameters: ["pointer"], result: "i32" },
  ps_start_utt: { parameters: ["pointer"], result: "i32" },
  ps_process_raw: {
    parameters: ["pointer", "buffer", "usize", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  ps_end_utt: { parameters: ["pointer"], result: "i32", nonblocking: true },
  ps_get_hyp: {
    parameters: ["pointer", "pointer"],
    result: "pointer",
    nonblocking: true,
  },
  ps_get_in_speech: { parameters: ["pointer"], result: "u8" },
  ps_get_logmath: { parameters: ["pointer"], result: "pointer" },
  ps_seg_iter: { parameters: ["pointer"], result: "pointer" },
  ps_seg_next: { parameters: ["pointer"], result: "pointer" },
  ps_seg_word: { parameters: ["pointer"], result: "pointer" },
  ps_seg_frames: {
    parameters: ["pointer", "buffer", "buffer"],
    result: "void",
  },
  ps_seg_prob: {
    parameters: ["pointer", "pointer", "pointer", "pointer"],
    result: "i32",
  },
} as const;

/** A string as C has them. */
export const cString = (text: string) => new TextEncoder().encode(text + "\0");
/** The text behind a pointer; empty for none. */
export const readString = (pointer: Deno.PointerValue): string =>
  pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);

/** The loaded libraries. */
export interface Library {
  base: Deno.DynamicLibrary<typeof SPHINXBASE>;
  ps: Deno.DynamicLibrary<typeof POCKETSPHINX>;
}

/** Loads the shared libraries, not the model. Throws Deno's own error when they are absent. */
export function openLibrary(): Library {
  const base = Deno.dlopen("libsphinxbase.so.3", SPHINXBASE);
  const ps = Deno.dlopen("libpocketsphinx.so.3", POCKETSPHINX);
  base.symbols.err_set_logfp(null); // its own log would print what people say
  return { base, ps };
}

/** The files of a model folder without which `Decoder.load` fails. */
export function modelFiles(dir: string) {
  return {
    hmm: `${dir}/en-us`,
    lm: `${dir}/en-us.lm.bin`,
    dict: `${dir}/cmudict-en-us.dict`,
  };
}
