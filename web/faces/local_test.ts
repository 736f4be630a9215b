import { faceEngineContract } from "./engine-contract.ts";
import { localFaceEngine } from "./local.ts";

faceEngineContract("local engine", () => localFaceEngine());
