import type { Clips } from "./clips/clips.ts";
import { folderClips } from "./clips/folder.ts";
import { gcsClips, gcsStaging } from "./clips/gcs.ts";
import { openBucket } from "./clips/gcs-bucket.ts";
import type { Config } from "./config/config.ts";
import type { Logger } from "../realtime/common/log-line.ts";
import { TranscriptionApi } from "./recognizers/api/api.ts";
import { Google } from "./recognizers/google/google.ts";
import { PocketSphinx } from "./recognizers/pocketsphinx/pocketsphinx.ts";
import type { Recognizer } from "./recognizers/recognizer.ts";
import { Sherpa } from "./recognizers/sherpa/sherpa.ts";

export interface Engines {
  recognizer: Recognizer;
  clips: Clips;
}

/**
 * The engines this configuration asks for: a model on this machine before another server, that before
 * Google, and Google before PocketSphinx. Clips go to the bucket whenever there is one.
 */
export function createEngines(config: Config, log: Logger): Engines {
  const { google, sherpa, api, clipDays: days, dataDir, liveStreams } = config;
  // One more than people can speak to live: recordings take their turns with it.
  const decoders = liveStreams + 1;
  const bucket = google && openBucket({
    project: google.project,
    name: google.bucket,
    standin: google.storageStandin,
    days,
    log,
  });
  const clips = bucket
    ? gcsClips({ bucket, days })
    : folderClips(`${dataDir}/clips`, { days });
  if (sherpa) {
    return {
      recognizer: new Sherpa({ ...sherpa, log, streams: decoders }),
      clips,
    };
  }
  if (api) return { recognizer: new TranscriptionApi(api), clips };
  if (!google || !bucket) {
    return { recognizer: new PocketSphinx({ decoders }), clips };
  }
  const access = { project: google.project, standin: google.speechStandin };
  const recognizer = new Google({ access, staging: gcsStaging({ bucket }) });
  return { recognizer, clips };
}
