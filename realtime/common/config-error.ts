/** A missing or malformed variable: a whole sentence that names it and says what it should be. */
export class ConfigError extends Error {
  readonly code = "config";
  override name = "ConfigError";

  constructor(sentence: string, readonly variable?: string) {
    super(sentence);
  }
}
