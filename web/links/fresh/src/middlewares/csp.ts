import { nonceOf } from "../nonce.ts";
import type { Middleware } from "../types.ts";

export interface CSPOptions {
  /** Only report violations. */
  reportOnly?: boolean;
  /** Where browsers send reports. */
  reportTo?: string;
  /** Directives that replace the defaults of the same name, or add to them. */
  csp?: string[];
  /** Replace `'unsafe-inline'` by the nonce of the rendered page. */
  useNonce?: boolean;
}

const DEFAULTS = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

/** Those in which `'unsafe-inline'` gives way to the nonce. */
const INLINE = new Set([
  "script-src",
  "style-src",
  "script-src-elem",
  "style-src-elem",
  "style-src-attr",
  "default-src",
]);

const name = (directive: string) => directive.split(" ", 1)[0];

/** Sets the Content-Security-Policy header of every answer below it. */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const { reportOnly, reportTo, csp: own = [], useNonce } = options;
  const replaced = new Set(own.map(name));
  const directives = DEFAULTS.filter((d) => !replaced.has(name(d)));
  directives.push(...own);
  if (reportTo) {
    directives.push("report-to csp-endpoint", `report-uri ${reportTo}`);
  }
  const header = reportOnly
    ? "Content-Security-Policy-Report-Only"
    : "Content-Security-Policy";
  const policy = (nonce?: string) =>
    directives.map((directive) =>
      nonce && INLINE.has(name(directive))
        ? directive.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`)
        : directive
    ).join("; ");

  return async (ctx) => {
    const response = await ctx.next();
    const nonce = useNonce ? nonceOf(response) : undefined;
    response.headers.set(header, policy(nonce));
    if (reportTo) {
      response.headers.set(
        "Reporting-Endpoints",
        `csp-endpoint="${reportTo}"`,
      );
    }
    return response;
  };
}
