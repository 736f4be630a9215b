import { memoryClips } from "../testing/clips.ts";
import { clipsContract } from "./contract.ts";

// Other tests rely on it standing in for the folder.
clipsContract("memory", (use) => use(memoryClips()));
