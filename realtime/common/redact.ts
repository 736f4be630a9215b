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

const clean = (text: string): string =>
  text.length <= 1000 && !SUSPECT.test(text)
    ? text
    : text.slice(0, 1000).replace(QUERY, "$1[query]").replace(EMAIL, "[e-mail]")
      .replace(JWT, "[token]")
      .replace(LONG_SECRET, "[secret]");

/** The place an error was thrown, without the whole stack. */
function placeOf(error: Error): string | undefined {
  const frame = error.stack?.split("\n").find((line) => /^\s+at /.test(line));
  return frame?.match(/([\w.-]+\.tsx?:\d+):\d+\)?$/)?.[1];
}

function redactValue(key: string, value: unknown): unknown {
  if (value instanceof Error) {
    const at = placeOf(value);
    const cause = value.cause === undefined
      ? undefined
      : redactValue("cause", value.cause);
    return { name: value.name, message: clean(value.message), at, cause };
  }
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (value === null || value === undefined) return value;
  if (SECRET_FIELD.test(key)) {
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
  return Object.fromEntries(
    Object.entries(fields).map((
      [key, value],
    ) => [key, redactValue(key, value)]),
  );
}
