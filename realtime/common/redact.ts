/** Fields that are never written, whatever is in them. */
const SECRET_FIELD =
  /e-?mail|passw|token|secret|cookie|authorization|content|selfie|template|face|code$|key$/i;
/** Ours, and those of the system, such as ECONNREFUSED. */
const ERROR_CODE = /^([a-z][a-z-]{0,40}|[A-Z][A-Z_]{2,30})$/;
const EMAIL = /[^\s"'<>()[\]{},;:=]+@[^\s"'<>()[\]{},;:=]+/g;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
/** What an address asks for: what people look for, or a signature. */
const QUERY = /(\b[a-z]+:\/\/[^\s?]+\?)\S+/gi;
/** Anything as long as one of our random secrets, in hex or base64url. */
const LONG_SECRET = /[A-Za-z0-9_-]{40,}/g;

/** What any of these needs: most texts have none of it, and there are some in every line. */
const SUSPECT = /[@?]|eyJ|[A-Za-z0-9_-]{40}/;
/** The same of a text that is too short for one of our random secrets: quicker to look for. */
const SUSPECT_IF_SHORT = /[@?]|eyJ/;

const isSuspect = (text: string): boolean =>
  text.length > 1000 ||
  (text.length < 40 ? SUSPECT_IF_SHORT : SUSPECT).test(text);

const clean = (text: string): string =>
  !isSuspect(text)
    ? text
    : text.slice(0, 1000).replace(QUERY, "$1[query]").replace(EMAIL, "[e-mail]")
      .replace(JWT, "[token]")
      .replace(LONG_SECRET, "[secret]");

/** Names of fields that were looked at: there are few, and each line has the same. */
const known = new Map<string, boolean>();
const MOST_KNOWN = 1_000;

function isSecretField(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  const isSecret = SECRET_FIELD.test(name);
  known.set(name, isSecret);
  return isSecret;
}

/** The place an error was thrown, without the whole stack. */
function placeOf(error: Error): string | undefined {
  const frame = error.stack?.split("\n").find((line) => /^\s+at /.test(line));
  return frame?.match(/([\w.-]+\.tsx?:\d+):\d+\)?$/)?.[1];
}

function redactValue(key: string, value: unknown): unknown {
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (value === null || value === undefined) return value;
  if (value instanceof Error) {
    const at = placeOf(value);
    const cause = value.cause === undefined
      ? undefined
      : redactValue("cause", value.cause);
    return { name: value.name, message: clean(value.message), at, cause };
  }
  if (isSecretField(key)) {
    const isErrorCode = key === "code" && typeof value === "string" &&
      ERROR_CODE.test(value);
    return isErrorCode ? value : "[redacted]";
  }
  if (typeof value === "string") return clean(value);
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (Array.isArray(value)) {
    return value.slice(0, 20).map((item) => redactValue(key, item));
  }
  return redact(value as Record<string, unknown>);
}

/**
 * A copy of the fields that may be written down: without e-mail addresses, passwords, tokens,
 * message content or biometrics, whether a field is named for them or a sentence contains them.
 */
export function redact(
  fields: Record<string, unknown>,
): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    // A field of that name would set the prototype, and not be written.
    if (key !== "__proto__") safe[key] = redactValue(key, value);
  }
  return safe;
}
