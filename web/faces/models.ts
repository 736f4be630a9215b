/** The networks, from files that come with npm packages. Importing this loads TensorFlow. */
import { type GraphModel, loadGraphModel } from "@tensorflow/tfjs-converter";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Network, readNetwork } from "./onnx.ts";
import { packageFolder } from "./packages.ts";

export interface Models {
  /** BlazeFace (back camera): 256 × 256 pixels → boxes. */
  detector: GraphModel;
  /** FaceMesh: 192 × 192 pixels → 468 points. */
  mesh: GraphModel;
  /** MobileFaceNet: 112 × 112 pixels → 512 numbers. */
  descriptor: Network;
}

interface WeightsGroup {
  paths: string[];
  weights: tf.io.WeightsManifestEntry[];
}

/**
 * Starts the WASM backend and reads the networks; about 7 MB of files.
 * @throws Error when a package is not installed or a file cannot be read
 */
export async function loadModels(): Promise<Models> {
  const wasm = join(packageFolder("@tensorflow/tfjs-backend-wasm"), "dist");
  setWasmPaths(`${pathToFileURL(wasm).href}/`);
  tf.enableProdMode();
  if (!await tf.setBackend("wasm")) {
    throw new Error("The WASM backend of TensorFlow cannot be started.");
  }
  const human = join(packageFolder("@vladmandic/human"), "models");
  const faceplugin = packageFolder("faceplugin-face-recognition-js");
  const [detector, mesh, network] = await Promise.all([
    readGraph(join(human, "blazeface.json")),
    readGraph(join(human, "facemesh.json")),
    Deno.readFile(join(faceplugin, "model", "fr_feature.onnx")),
  ]);
  return { detector, mesh, descriptor: readNetwork(network) };
}

async function readGraph(path: string): Promise<GraphModel> {
  const model = JSON.parse(await Deno.readTextFile(path));
  const groups: WeightsGroup[] = model.weightsManifest;
  const artifacts: tf.io.ModelArtifacts = {
    modelTopology: model.modelTopology,
    format: model.format,
    signature: model.signature,
    userDefinedMetadata: model.userDefinedMetadata,
    weightSpecs: groups.flatMap((group) => group.weights),
    weightData: await readFiles(path, groups),
  };
  return await loadGraphModel({ load: () => Promise.resolve(artifacts) });
}

/** The weight files a manifest names, one after the other. */
async function readFiles(
  manifest: string,
  groups: WeightsGroup[],
): Promise<ArrayBuffer> {
  const paths = groups.flatMap((group) => group.paths);
  const parts = paths.map((path) =>
    Deno.readFile(join(dirname(manifest), path))
  );
  return await new Blob(await Promise.all(parts)).arrayBuffer();
}
