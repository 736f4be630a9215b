/** Characters of an address (RFC 5321 §4.5.3.1.3, without the angle brackets). */
export const LONGEST_EMAIL = 254;

/** The local part of a valid address as browsers see it: HTML Standard, "valid email address". */
const LOCAL_PART = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+$/;
const DOMAIN =
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;
/** What `URL` drops or decodes in a host, and the address that is written to would keep. */
const UNPLAIN = /[\s\p{C}%]/u;

/**
 * The form under which an e-mail address is unique: trimmed, lower case, the domain in its ASCII
 * form. Null when it is not an address mail can be sent to. Lengths as in RFC 5321 §4.5.3.1.
 */
export function normaliseEmail(email: string): string | null {
  const text = email.trim().toLowerCase();
  const at = text.lastIndexOf("@");
  if (at < 1 || at > 64 || text.length > LONGEST_EMAIL) return null;
  if (UNPLAIN.test(text)) return null;
  const local = text.slice(0, at);
  const host = URL.parse(`http://${text.slice(at + 1)}/`);
  const isPlainHost = host !== null && !host.username && !host.port &&
    host.pathname === "/" && !host.search && !host.hash;
  if (!isPlainHost || !LOCAL_PART.test(local)) return null;
  return DOMAIN.test(host.hostname) ? `${local}@${host.hostname}` : null;
}
