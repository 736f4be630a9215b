import type {
  CompareFacesResponse,
  FaceDetail,
  Rekognition,
} from "@aws-sdk/client-rekognition";
import type { AwsConfig } from "./aws-config.ts";
import { faultOf } from "./aws-failure.ts";
import { AwsService, sdkOptions } from "./aws-service.ts";
import type { EnrolledFace, Enrolment, FaceEngine, Verdict } from "./engine.ts";
import { FaceError } from "./face-error.ts";
import { FaceWorker } from "./face-worker.ts";
import { MAX_SELFIES, type Purpose } from "./limits.ts";
import {
  ATTRIBUTES,
  checkAttributes,
  chooseSeenFace,
  merit,
  uprightSize,
  yawOf,
} from "./rekognition-quality.ts";
import { stripMetadata } from "./strip-metadata.ts";

/** Rekognition compares pictures, so there is nothing to keep but which engine it was. */
const TEMPLATE = new TextEncoder().encode("rekognition-1");

/** The picture has no face Rekognition would compare, or one of two has none. */
const NO_FACE = "no-face";

/**
 * The engine on Amazon Rekognition: DetectFaces judges the selfies of an enrolment,
 * CompareFaces compares a live one with the stored picture, one to one. Nothing is indexed in a
 * collection, and no picture says where it was taken.
 * @param deadline milliseconds for one call with its retries
 */
export function rekognitionEngine(
  aws: AwsConfig,
  deadline?: number,
): FaceEngine {
  const service = new AwsService<Rekognition>("Rekognition", async () => {
    const sdk = await import("@aws-sdk/client-rekognition");
    return new sdk.Rekognition(sdkOptions(aws, aws.rekognitionEndpoint));
  }, deadline);

  /** Frames are many, and say nothing Amazon would have to know. */
  const frames = new FaceWorker();

  /** The face of a photo, if it is good enough; the attributes matter at enrolment. */
  async function detect(jpeg: Uint8Array, purpose: Purpose) {
    const size = uprightSize(jpeg);
    const Image = { Bytes: stripMetadata(jpeg) };
    const { FaceDetails = [] } = await service.call(
      "DetectFaces",
      (client, abortSignal) =>
        client.detectFaces(
          { Image, Attributes: [...ATTRIBUTES] },
          { abortSignal },
        ),
      refused,
    );
    const face: FaceDetail = chooseSeenFace(FaceDetails, size, purpose);
    if (purpose === "enrol") checkAttributes(face);
    return face;
  }

  function compare(source: Uint8Array, target: Uint8Array, purpose: Purpose) {
    return service.call<CompareFacesResponse | typeof NO_FACE>(
      "CompareFaces",
      (client, abortSignal) =>
        client.compareFaces({
          SourceImage: { Bytes: stripMetadata(source) },
          TargetImage: { Bytes: stripMetadata(target) },
          SimilarityThreshold: aws.matchThreshold,
          // What Amazon chooses itself may also drop a face for its pose.
          QualityFilter: purpose === "turned" ? "LOW" : "AUTO",
        }, { abortSignal }),
      (error) =>
        // Its documented way of saying that one of the two has no face.
        faultOf(error) === "InvalidParameterException"
          ? NO_FACE
          : refused(error),
    );
  }

  async function verdict(
    enrolled: Uint8Array,
    live: Uint8Array,
    purpose: Purpose = "verify",
  ): Promise<Verdict> {
    const size = uprightSize(live);
    const answer = await compare(enrolled, live, purpose);
    if (answer === NO_FACE) return await explain(live, purpose);
    const { FaceMatches = [], UnmatchedFaces = [] } = answer;
    const matches = FaceMatches.map(({ Face, Similarity }) => ({
      ...Face,
      Similarity,
    }));
    const faces = [...matches, ...UnmatchedFaces];
    if (faces.length === 0) return await explain(live, purpose);
    const face = chooseSeenFace(faces, size, purpose);
    const yaw = yawOf(face);
    const similarity = "Similarity" in face ? Number(face.Similarity) : 0;
    const seen = {
      yaw,
      face: { template: TEMPLATE, selfie: () => Promise.resolve(live) },
    };
    if (!(similarity >= aws.matchThreshold)) return { match: false, ...seen };
    return { match: true, ...seen, distance: 100 - similarity };
  }

  /** Why a live photo has no face to compare; when it looks fine, the quality filter took it. */
  async function explain(live: Uint8Array, purpose: Purpose): Promise<never> {
    await detect(live, purpose);
    throw new FaceError("face-blurred");
  }

  return {
    name: "rekognition",

    async enrol(selfies: Uint8Array[]): Promise<Enrolment> {
      if (selfies.length === 0) throw new FaceError("image-empty");
      if (selfies.length > MAX_SELFIES) throw new FaceError("image-count");
      for (const selfie of selfies) uprightSize(selfie);
      const faces = await Promise.all(
        selfies.map((selfie) => detect(selfie, "enrol")),
      );
      const merits = faces.map(merit);
      const best = merits.indexOf(Math.max(...merits));
      const others = selfies.filter((_, index) => index !== best);
      const verdicts = await Promise.all(
        others.map((other) => verdict(selfies[best], other)),
      );
      if (!verdicts.every(({ match }) => match)) {
        throw new FaceError("face-differs");
      }
      return { template: TEMPLATE, best };
    },

    async verify(
      { selfie }: EnrolledFace,
      live: Uint8Array,
      purpose?: "verify" | "turned",
    ): Promise<Verdict> {
      uprightSize(live);
      const enrolled = await selfie();
      if (!enrolled) throw new FaceError("face-missing");
      return await verdict(enrolled, live, purpose);
    },

    flawOf: (frame) => frames.flawOf(frame),

    close() {
      frames.close();
      return service.close();
    },
  };
}

/** Refusals that are about the photo and not about us. */
function refused(error: unknown): undefined {
  const fault = faultOf(error);
  if (fault === "InvalidImageFormatException") {
    throw new FaceError("image-type", error);
  }
  if (fault === "ImageTooLargeException") {
    throw new FaceError("image-too-large", error);
  }
}
