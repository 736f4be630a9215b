/** Characters of an address (RFC 5321 §4.5.3.1.3, without the angle brackets). */
export const LONGEST_EMAIL = 254;

/** The local part of a valid address as browsers see it: HTML Standard, "valid email address". */
const LOCAL_PART = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/;
const DOMAIN =
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;
/** As `URL` writes every IPv4 address. */
const OF_MACHINE = /@[\d.]+$/;
/** What `URL` drops or decodes in a host: of the name before it `LOCAL_PART` knows what it takes. */
const UNPLAIN = /[\s\p{C}\p{DI}%]/u;

/**
 * The address that is written to: the local part as it was typed, the domain in its ASCII form, as
 * browsers read it (UTS #46). Null when it is not an address mail can be sent to. Lengths as in
 * RFC 5321 §4.5.3.1.
 */
export function readEmail(email: string): string | null {
  const text = email.trim();
  const at = text.lastIndexOf("@");
  if (at < 1 || at > 64 || text.length > LONGEST_EMAIL) return null;
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (UNPLAIN.test(domain)) return null;
  const host = URL.parse(`http://${domain}/`);
  const isPlainHost = host !== null && !host.username && !host.port &&
    host.pathname === "/" && !host.search && !host.hash;
  if (!isPlainHost || !LOCAL_PART.test(local)) return null;
  return DOMAIN.test(host.hostname) ? `${local}@${host.hostname}` : null;
}

/**
 * The form under which an e-mail address is unique: as {@link readEmail} reads it, in lower case.
 * Null when it is not an address mail can be sent to.
 */
export const normaliseEmail = (email: string): string | null =>
  readEmail(email)?.toLowerCase() ?? null;

/**
 * {@link normaliseEmail} for an address nobody has yet. Null, too, for one at a machine's number, to
 * which mail is not sent; accounts that versions before took may have such, and go on by it.
 */
export function newEmailKey(email: string): string | null {
  const emailKey = normaliseEmail(email);
  return emailKey === null || OF_MACHINE.test(emailKey) ? null : emailKey;
}

/** Domains that leave out dots before the `@`, and the one they are counted as. */
const DOTLESS = new Map(
  ["gmail.com", "googlemail.com"].map((domain) => [domain, "gmail.com"]),
);

/**
 * The mailbox an address leads to, as far as that can be known: without what stands behind a plus
 * (RFC 5233), and without dots at Gmail. Only to count by: two people may share one.
 *
 * @param emailKey as {@link normaliseEmail} gives it.
 */
export function mailboxOf(emailKey: string): string {
  const at = emailKey.lastIndexOf("@");
  const [before] = emailKey.slice(0, at).split("+");
  // What begins with a plus has no other name.
  const local = before === "" ? emailKey.slice(0, at) : before;
  const domain = emailKey.slice(at + 1);
  const counted = DOTLESS.get(domain);
  return counted
    ? `${local.replaceAll(".", "")}@${counted}`
    : `${local}@${domain}`;
}
