/** Each documented error of Rekognition and S3: what the person reads, what the operator does. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ENV } from "./standins/aws.ts";
import type { Fault } from "./standins/faults.ts";
import { onAws, outcomeOf, type StageOptions } from "./standins/testing.ts";
import { selfieOf } from "./test-photos.ts";

const BUSY = "Many people are signing in right now. Try again in a moment.";
const PHOTO_LATER =
  "We could not check your photo just now. Try again in a moment.";
const PHOTO_OUR_MISTAKE =
  "We cannot check photos at the moment because of a mistake on our side. Please tell whoever runs your ChatSphere, and try again later.";
const STORE_LATER = "The photo store is not responding. Try again in a moment.";
const STORE_OUR_MISTAKE =
  "We cannot store or read photos at the moment because of a mistake on our side. Please tell whoever runs your ChatSphere, and try again later.";
const NOT_JPEG =
  "That file is not a JPEG photo we can read. Choose a photo that ends in .jpg, or take one with the camera.";
const TOO_LARGE =
  "That photo is larger than 2 MB. Crop it to your face, or take it at a lower resolution in your camera’s settings. With JavaScript on, this page makes photos small enough by itself.";
const BLURRED =
  "The photo is blurred. Hold still, with good light on your face, and try again.";

/** Error code and status as documented → the sentence for the person, a word for the operator. */
const REKOGNITION: [string, number, string, string][] = [
  ["ProvisionedThroughputExceededException", 400, BUSY, "attempt 3"],
  ["ThrottlingException", 500, BUSY, "attempt 3"],
  ["InternalServerError", 500, PHOTO_LATER, "attempt 3"],
  ["InvalidImageFormatException", 400, NOT_JPEG, "InvalidImageFormatException"],
  ["ImageTooLargeException", 400, TOO_LARGE, "ImageTooLargeException"],
  ["AccessDeniedException", 400, PHOTO_OUR_MISTAKE, "IAM policy"],
  [
    "UnrecognizedClientException",
    400,
    PHOTO_OUR_MISTAKE,
    "AWS_ACCESS_KEY_ID",
  ],
  [
    "InvalidSignatureException",
    400,
    PHOTO_OUR_MISTAKE,
    "AWS_SECRET_ACCESS_KEY",
  ],
  ["ExpiredTokenException", 400, PHOTO_OUR_MISTAKE, "expired"],
  ["SubscriptionRequiredException", 400, PHOTO_OUR_MISTAKE, "signed up"],
  ["InvalidS3ObjectException", 400, PHOTO_LATER, "InvalidS3ObjectException"],
  ["SomethingNewException", 400, PHOTO_LATER, "SomethingNewException"],
];

for (const [code, status, sentence, hint] of REKOGNITION) {
  Deno.test(
    `Rekognition ${code}: neither enrols nor matches, and both sides are told`,
    onAws(async ({ engine, rekognition }) => {
      const selfie = await selfieOf("ada");
      for (const operation of ["DetectFaces", "CompareFaces"]) {
        rekognition.faults.always(operation, { code, status });
      }
      const enrolled = {
        template: new Uint8Array(),
        selfie: () => Promise.resolve(selfie),
      };
      const calls = [
        () => engine.enrol([selfie]),
        () => engine.verify(enrolled, selfie),
      ];
      for (const call of calls) {
        const { message, line } = await outcomeOf(call());
        assertEquals(message, sentence);
        assertStringIncludes(line, hint);
        assert(!line.includes(ENV.AWS_SECRET_ACCESS_KEY));
      }
    }),
  );
}

const S3: [string, number, string, string][] = [
  ["SlowDown", 503, BUSY, "attempt 3"],
  ["ServiceUnavailable", 503, STORE_LATER, "attempt 3"],
  ["InternalError", 500, STORE_LATER, "attempt 3"],
  ["AccessDenied", 403, STORE_OUR_MISTAKE, "IAM policy"],
  ["InvalidAccessKeyId", 403, STORE_OUR_MISTAKE, "AWS_ACCESS_KEY_ID"],
  ["SignatureDoesNotMatch", 403, STORE_OUR_MISTAKE, "AWS_SECRET_ACCESS_KEY"],
  ["ExpiredToken", 400, STORE_OUR_MISTAKE, "expired"],
  ["RequestTimeTooSkewed", 403, STORE_OUR_MISTAKE, "clock"],
  ["NoSuchBucket", 404, STORE_OUR_MISTAKE, "S3_BUCKET"],
  ["PermanentRedirect", 301, STORE_OUR_MISTAKE, "AWS_REGION"],
  ["AuthorizationHeaderMalformed", 400, STORE_OUR_MISTAKE, "AWS_REGION"],
  ["AccountProblem", 403, STORE_OUR_MISTAKE, "account"],
];

for (const [code, status, sentence, hint] of S3) {
  Deno.test(
    `S3 ${code}: nothing is stored, and both sides are told`,
    onAws(async ({ blobs, s3 }) => {
      for (const method of ["PUT", "GET", "DELETE"]) {
        s3.faults.always(`${method} object`, { code, status });
      }
      const calls = [
        () => blobs.put("a", new Uint8Array([1]), "image/jpeg"),
        () => blobs.get("a"),
        () => blobs.delete("a"),
      ];
      for (const call of calls) {
        const { message, line } = await outcomeOf(call());
        assertEquals(message, sentence);
        assertStringIncludes(line, hint);
        assert(!line.includes(ENV.AWS_SECRET_ACCESS_KEY));
      }
      assertEquals(s3.versions, []);
    }),
  );
}

const throttled: Fault = { code: "ThrottlingException", status: 400 };

Deno.test(
  "what is throttled twice goes through the third time",
  onAws(async ({ engine, blobs, rekognition, s3 }) => {
    rekognition.faults.next("DetectFaces", throttled, throttled);
    const { best } = await engine.enrol([await selfieOf("ada")]);
    assertEquals(best, 0);
    s3.faults.next("PUT object", { code: "SlowDown", status: 503 }, "broken");
    await blobs.put("a", new Uint8Array([1]), "image/jpeg");
    assertEquals(s3.versions.length, 1);
  }),
);

/** Mistakes in the configuration, as the real SDK and the services meet them. */
const MISTAKES: [string, StageOptions["config"] & object, string, string][] = [
  [
    "another region than the bucket's",
    { region: "eu-west-1" },
    PHOTO_OUR_MISTAKE,
    "AWS_REGION",
  ],
  [
    "a wrong secret",
    { secretAccessKey: "wrong" },
    PHOTO_OUR_MISTAKE,
    "AWS_SECRET_ACCESS_KEY",
  ],
  [
    "an unknown key",
    { accessKeyId: "AKIAIOSFODNN7MISTAKE" },
    PHOTO_OUR_MISTAKE,
    "AWS_ACCESS_KEY_ID",
  ],
  [
    "nothing that answers",
    {
      rekognitionEndpoint: "http://127.0.0.1:9",
      s3Endpoint: "http://127.0.0.1:9",
    },
    PHOTO_LATER,
    "Nothing answers",
  ],
  [
    "a host that is not there",
    {
      rekognitionEndpoint: "http://rekognition.invalid",
      s3Endpoint: "http://s3.invalid",
    },
    PHOTO_LATER,
    "DNS",
  ],
];

for (const [what, config, sentence, hint] of MISTAKES) {
  Deno.test(
    `${what}: both sides are told`,
    onAws(async ({ engine, blobs }) => {
      const enrolment = await outcomeOf(engine.enrol([await selfieOf("ada")]));
      assertEquals(enrolment.message, sentence);
      if (!("region" in config)) assertStringIncludes(enrolment.line, hint);
      const picture = await outcomeOf(blobs.get("a"));
      const store = sentence === PHOTO_LATER ? STORE_LATER : STORE_OUR_MISTAKE;
      assertEquals(picture.message, store);
      assertStringIncludes(picture.line, hint);
    }, { config }),
  );
}

Deno.test(
  "a bucket that is gone: both sides are told",
  onAws(async ({ blobs }) => {
    const { message, line } = await outcomeOf(
      blobs.put("a", new Uint8Array([1]), "image/jpeg"),
    );
    assertEquals(message, STORE_OUR_MISTAKE);
    assertStringIncludes(line, "There is no bucket named S3_BUCKET.");
  }, { config: { bucket: "gone" } }),
);

for (const fault of ["silence", "broken"] as const) {
  Deno.test(
    `a service that answers with ${fault} is given up on`,
    onAws(async ({ engine, blobs, rekognition, s3 }) => {
      rekognition.faults.always("DetectFaces", fault);
      s3.faults.always("GET object", fault);
      const enrolment = await outcomeOf(engine.enrol([await selfieOf("ada")]));
      assertEquals(enrolment.message, PHOTO_LATER);
      assertEquals((await outcomeOf(blobs.get("a"))).message, STORE_LATER);
    }, { deadline: fault === "silence" ? 500 : undefined }),
  );
}

Deno.test(
  "a call under way ends when the engine is closed",
  onAws(async ({ engine, rekognition }) => {
    rekognition.faults.always("DetectFaces", "silence");
    const call = outcomeOf(engine.enrol([await selfieOf("ada")]));
    await rekognition.faults.taken;
    await engine.close();
    assertEquals((await call).code, "faces-unavailable");
  }),
);

Deno.test(
  "a face the quality filter will not compare: the person is told to take a better photo",
  onAws(async ({ engine, rekognition }) => {
    const code = "InvalidParameterException";
    rekognition.faults.always("CompareFaces", { code, status: 400 });
    const selfie = await selfieOf("ada");
    const enrolled = {
      template: new Uint8Array(),
      selfie: () => Promise.resolve(selfie),
    };
    const { message } = await outcomeOf(engine.verify(enrolled, selfie));
    assertEquals(message, BLURRED);
  }),
);
