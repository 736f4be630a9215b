/** An answer to be given again, with others of the numbers that no two answers may have in common. */
import { takes } from "../requests/encodings.ts";
import { squeeze, type Squeezed, withNumbers } from "./squeezed.ts";

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
  /** Those numbers in their order, and where they are: bytes from the start. All of them are ASCII. */
  numbers: { at: number; number: string }[];
  /** The same compressed, once somebody takes it so; null: it is not to be. */
  squeezed?: Squeezed | null;
  /** While that is made, for all who ask meanwhile. */
  squeezing?: Promise<Squeezed | null>;
  /** One without such numbers, to be cloned. */
  whole?: Response;
}

/** A nonce that stays the same for long is none; where no script has it, none is needed. */
export const withoutNonce = (policy: string): string =>
  policy.replace(/ 'nonce-\w+'/g, "");

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
  const found = [
    ...forms.map(({ index, 0: { length }, 1: number }) => ({
      place: index + length - 1 - number.length,
      number,
    })),
    ...(nonce ? placesOf(text, nonce) : []).map((place) => ({
      ...{ place, number: nonce! },
    })),
  ].sort((one, other) => one.place - other.place);
  const places = bytesAt(text, found.map(({ place }) => place));
  return {
    bytes: utf8.encode(text),
    headers: Object.fromEntries(
      [...headers].filter(([name]) =>
        name !== "x-request-id" && name !== POLICY
      ),
    ),
    policy,
    nonce,
    numbers: found.map(({ number }, i) => ({ at: places[i], number })),
  };
}

/** Bytes of memory a template takes, about. */
export const sizeOf = ({ bytes, numbers, squeezed }: Template): number =>
  (numbers.length > 0 ? 1 : 2) * bytes.length + (squeezed?.file.length ?? 0);

/**
 * Compresses a template, once for all its copies, where whoever asks takes them so. Most answers are
 * given once: so this is not done before one is asked for again.
 *
 * @param accepted the Accept-Encoding of whoever asks.
 */
export async function squeezedFor(
  template: Template,
  accepted: string | null,
): Promise<Squeezed | null> {
  if (!takes(accepted, "gzip")) return null;
  if (template.squeezed !== undefined) return template.squeezed;
  const { bytes, numbers } = template;
  template.squeezing ??= squeeze(
    bytes,
    numbers.map(({ at, number }) => ({ at, length: number.length })),
    // Without it the page is given all the same.
  ).catch(() => null);
  template.squeezed = await template.squeezing;
  template.squeezing = undefined;
  return template.squeezed;
}

/** Cloned, which takes a tenth of what it takes to make one from its headers. */
function cloneOf(template: Template, requestId: string): Response {
  const { bytes, headers, policy } = template;
  template.whole ??= new Response(bytes, {
    headers: policy === null
      ? headers
      : { ...headers, [POLICY]: withoutNonce(policy) },
  });
  const answer = template.whole.clone();
  answer.headers.set("x-request-id", requestId);
  return answer;
}

/** The answer once more, for another request: as it is, or compressed. */
export function copyWith(
  template: Template,
  requestId: string,
  squeezed: Squeezed | null = null,
): Response {
  const { numbers, nonce, policy } = template;
  if (numbers.length === 0 && !squeezed) return cloneOf(template, requestId);
  const fresh = nonce && crypto.randomUUID().replaceAll("-", "");
  const others = numbers.map(({ number }) =>
    fresh && number === nonce ? fresh : another(number)
  );
  const headers: Record<string, string> = {
    ...template.headers,
    "x-request-id": requestId,
  };
  if (policy !== null) {
    headers[POLICY] = fresh ? policy.replaceAll(nonce, fresh) : policy;
  }
  if (squeezed) {
    const { vary } = headers;
    headers.vary = vary ? `${vary}, accept-encoding` : "accept-encoding";
    headers["content-encoding"] = "gzip";
    const file = withNumbers(squeezed, others.map((it) => utf8.encode(it)));
    return new Response(file, { headers });
  }
  const bytes = template.bytes.slice();
  for (const [i, { at }] of numbers.entries()) {
    utf8.encodeInto(others[i], bytes.subarray(at));
  }
  return new Response(bytes, { headers });
}
