import type { Auth } from "./access/auth.ts";
import type { Bodies } from "./http/bodies.ts";
import type { Clips } from "./clips/clips.ts";
import type { Quota } from "./clips/quota.ts";
import type { Config } from "./config/config.ts";
import type { RateLimiter } from "./http/limits.ts";
import type { Logger } from "../realtime/common/log-line.ts";
import type { Metrics } from "./operations/metrics.ts";
import type { Recognizer } from "./recognizers/recognizer.ts";

/** What the routes work with; tests put in what they like. */
export interface Deps {
  config: Config;
  auth: Auth;
  recognizer: Recognizer;
  clips: Clips;
  quota: Quota;
  bodies: Bodies;
  limits: RateLimiter;
  metrics: Metrics;
  log: Logger;
  /** The ffmpeg to use; by default the one on the PATH, if any. */
  ffmpeg?: string;
}
