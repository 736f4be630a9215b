/** What may be a request's id: it goes into logs and headers. */
const ID = /^[\w.:-]{1,64}$/;

/** The id the caller gave its request, so that one id runs through all services, or a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id") ?? "";
  return ID.test(given) ? given : crypto.randomUUID();
}
