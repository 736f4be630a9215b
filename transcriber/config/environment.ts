/** Every variable this service reads. */
export const VARIABLES = [
  "APP_URL",
  "WEB_INTERNAL_URL",
  "TRANSCRIBER_URL",
  "TRANSCRIBER_PORT",
  "TRANSCRIBER_HOST",
  "DATA_DIR",
  "TRANSCRIBER_KEYS",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "GOOGLE_CLOUD_PROJECT",
  "GCS_BUCKET",
  "CLIP_DAYS",
  "CLIP_MB_EACH",
  "CLIP_MB_ALL",
  "LIVE_STREAMS",
  "GOOGLE_SPEECH_STANDIN",
  "GOOGLE_STORAGE_STANDIN",
  "SHERPA_MODEL_DIR",
  "SHERPA_LANGUAGES",
  "TRANSCRIBE_API_URL",
  "TRANSCRIBE_API_KEY",
  "TRANSCRIBE_API_MODEL",
  // What ~ stands for.
  "HOME",
  // Set by Cloud Run.
  "K_SERVICE",
  "PORT",
  // Read by the log alone.
  "DENO_ENV",
] as const;

/** Those that are set. */
export type Environment = Partial<Record<typeof VARIABLES[number], string>>;
