import { faceEngineContract } from "./engine-contract.ts";
import { rekognitionEngine } from "./rekognition.ts";
import { startAws } from "./standins/aws.ts";

faceEngineContract("Rekognition", () => {
  const aws = startAws();
  const engine = rekognitionEngine(aws.config);
  return {
    ...engine,
    async close() {
      await engine.close();
      await aws.close();
    },
  };
});
