/** An answer to be given again, with others of the numbers that no two answers may have in common. */

const utf8 = new TextEncoder();

/** The number of a form, which is done once under it: see `Once` and the room's own form. */
const FORM_NUMBER = /name="(?:once|clientId)" value="([\w-]+)"/g;
const POLICY = "content-security-policy";
const NONCE = /'nonce-([0-9a-f]{32})'/;

/** An answer, and where in it those numbers are. */
export interface Template {
  /** As it was given the first time. */
  bytes: Uint8Array<ArrayBuffer>;
  /** All but the id of the request. */
  headers: Record<string, string>;
  policy: string | null;
  nonce?: string;
  /** Forms' numbers, and where they and the nonce of scripts are: bytes from the start. */
  forms: { at: number; number: string }[];
  nonces: number[];
}

/** Another number that is as unlikely to be guessed as this one, and as long. */
function another(number: string): string {
  if (/^[0-9a-f-]{36}$/.test(number)) return crypto.randomUUID();
  const { length } = number;
  const random = crypto.getRandomValues(new Uint8Array(length));
  // As a browser makes them: decimal numbers between dashes.
  if (/^[\d-]+$/.test(number)) {
    return number.replace(/\d/g, (_, at) => String(random[at] % 10));
  }
  return random.toBase64({ alphabet: "base64url" }).slice(0, length);
}

/** Where these characters of a text are in its bytes. They are in order. */
function bytesAt(text: string, places: number[]): number[] {
  let [at, byte] = [0, 0];
  return places.map((place) => {
    byte += utf8.encode(text.slice(at, place)).length;
    at = place;
    return byte;
  });
}

function placesOf(text: string, part: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    places.push(at);
  }
  return places;
}

/** What is kept of an answer, whose body is read; null where it is not to be given again. */
export async function templateOf(answer: Response): Promise<Template | null> {
  const { status, headers } = answer;
  const type = headers.get("content-type") ?? "";
  const isKind = /^(text\/html|application\/json)/.test(type);
  if (status !== 200 || !isKind || headers.has("set-cookie")) return null;
  const text = await answer.text();
  const policy = headers.get(POLICY);
  const nonce = NONCE.exec(policy ?? "")?.[1];
  const isHtml = type.startsWith("text/html");
  const forms = isHtml ? [...text.matchAll(FORM_NUMBER)] : [];
  const places = bytesAt(
    text,
    forms.map(({ index, 0: { length }, 1: number }) =>
      index + length - 1 - number.length
    ),
  );
  return {
    bytes: utf8.encode(text),
    headers: Object.fromEntries(
      [...headers].filter(([name]) =>
        name !== "x-request-id" && name !== POLICY
      ),
    ),
    policy,
    nonce,
    forms: places.map((at, i) => ({ at, number: forms[i][1] })),
    nonces: nonce ? bytesAt(text, placesOf(text, nonce)) : [],
  };
}

/** The answer once more, for another request. */
export function copyWith(template: Template, requestId: string): Response {
  const { forms, nonces, nonce } = template;
  const bytes = forms.length + nonces.length > 0
    ? template.bytes.slice()
    : template.bytes;
  for (const { at, number } of forms) {
    utf8.encodeInto(another(number), bytes.subarray(at));
  }
  const fresh = nonce && crypto.randomUUID().replaceAll("-", "");
  if (fresh) {
    for (const at of nonces) utf8.encodeInto(fresh, bytes.subarray(at));
  }
  const headers: Record<string, string> = {
    ...template.headers,
    "x-request-id": requestId,
  };
  if (template.policy !== null) {
    headers[POLICY] = fresh
      ? template.policy.replaceAll(nonce, fresh)
      : template.policy;
  }
  return new Response(bytes, { headers });
}
