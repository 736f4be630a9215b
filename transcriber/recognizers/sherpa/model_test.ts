import { assertEquals, assertMatch } from "@std/assert";
import { onnxFile } from "../../testing/onnx.ts";
import { modelFolder, tinyZipformer } from "../../testing/sherpa-models.ts";
import { findModel } from "./model.ts";
import { onnxMetadata } from "./onnx-metadata.ts";

const onnx = (metadata: Record<string, string>) =>
  onnxFile(
    { inputs: [], outputs: [], constants: [], operations: [] },
    metadata,
  );
const type = (model_type: string) => onnx({ model_type });

/** The model in a folder of these files, without the folder's name. */
async function found(
  files: Record<string, string | Uint8Array>,
  languages?: string[],
) {
  const dir = await modelFolder(files);
  try {
    const model = findModel(dir, languages);
    return typeof model === "string"
      ? model
      : JSON.parse(JSON.stringify(model).replaceAll(`${dir}/`, ""));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("each kind of model is told by its files and what they say, quantised files first", async () => {
  const whisper = {
    "tiny.en-encoder.onnx": type("whisper-tiny.en"),
    "tiny.en-encoder.int8.onnx": type("whisper-tiny.en"),
    "tiny.en-decoder.int8.onnx": "",
    "tiny.en-tokens.txt": "",
  };
  assertEquals(await found(whisper, ["en-US"]), {
    kind: "Whisper",
    streaming: false,
    config: {
      whisper: {
        encoder: "tiny.en-encoder.int8.onnx",
        decoder: "tiny.en-decoder.int8.onnx",
        language: "en",
        task: "transcribe",
      },
      tokens: "tiny.en-tokens.txt",
    },
  });
  const transducer = {
    "encoder-epoch-99.int8.onnx": type("zipformer2"),
    "decoder-epoch-99.onnx": "",
    "joiner-epoch-99.onnx": "",
    "tokens.txt": "",
  };
  const streaming = onnx({ model_type: "zipformer2", decode_chunk_len: "32" });
  const kinds: [Record<string, string | Uint8Array>, string, boolean][] = [
    [transducer, "transducer", false],
    [
      { ...transducer, "encoder-epoch-99.int8.onnx": streaming },
      "transducer",
      true,
    ],
    [
      { ...transducer, "encoder-epoch-99.int8.onnx": "no model" },
      "transducer",
      true, // as before there was anything else
    ],
    [
      {
        ...transducer,
        "encoder-epoch-99.int8.onnx": type("EncDecRNNTBPEModel"),
      },
      "Parakeet",
      false,
    ],
    [
      {
        "preprocess.onnx": "",
        "encode.int8.onnx": "",
        "uncached_decode.int8.onnx": "",
        "cached_decode.int8.onnx": "",
        "tokens.txt": "",
      },
      "Moonshine",
      false,
    ],
    [
      {
        "encoder_model.ort": "",
        "decoder_model_merged.ort": "",
        "tokens.txt": "",
      },
      "Moonshine",
      false,
    ],
    [
      {
        "encoder.int8.onnx": type("EncDecMultiTaskModel"),
        "decoder.int8.onnx": "",
        "tokens.txt": "",
      },
      "Canary",
      false,
    ],
    [
      { "model.int8.onnx": type("sense_voice_ctc"), "tokens.txt": "" },
      "SenseVoice",
      false,
    ],
    [
      { "model.onnx": type("EncDecCTCModelBPE"), "tokens.txt": "" },
      "NeMo CTC",
      false,
    ],
    [
      { "model.onnx": type("paraformer"), "tokens.txt": "" },
      "Paraformer",
      false,
    ],
  ];
  for (const [files, kind, streams] of kinds) {
    const model = await found(files);
    assertEquals([model.kind, model.streaming], [kind, streams]);
  }
});

Deno.test("a folder without one is told what is missing, and what would do", async () => {
  for (
    const [files, lacking] of [
      [{}, "encoder, decoder, joiner, tokens"],
      [{ "encoder.onnx": "", "decoder.onnx": "", "tokens.txt": "" }, "joiner"],
      [
        { "model.onnx": type("vits"), "tokens.txt": "" },
        "encoder, decoder, joiner",
      ],
    ] as const
  ) {
    assertMatch(
      await found(files),
      new RegExp(`lacks ${lacking}\\. .*Whisper`),
    );
  }
});

Deno.test("what a model says of itself is read without its weights, and a cut file says nothing wrong", async () => {
  const whole = tinyZipformer()["model.onnx"];
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, whole);
  assertEquals([...onnxMetadata(path) ?? []], [
    ["model_type", "zipformer2_ctc"],
  ]);
  for (let length = 0; length < whole.length; length += 7) {
    await Deno.writeFile(path, whole.subarray(0, length));
    const said = onnxMetadata(path);
    assertEquals(said === null || said.size === 0, true, `cut at ${length}`);
  }
  await Deno.writeTextFile(path, "<html>not a model</html>");
  assertEquals(onnxMetadata(path), null);
  await Deno.remove(path);
});
