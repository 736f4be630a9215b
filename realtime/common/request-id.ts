/** What may be the id of a request: shorter than what a log takes for a secret. */
const ID = /^[\w.:-]{6,39}$/;

/** Whether a text may be the id of a request. */
export const isRequestId = (text: unknown): text is string =>
  typeof text === "string" && ID.test(text);

/** The id whoever asks gave a request, so that one id runs through all services, or a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id") ?? "";
  return isRequestId(given) ? given : crypto.randomUUID();
}
