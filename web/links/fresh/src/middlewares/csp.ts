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
  const policy = directives.join("; ");

  return async (ctx) => {
    const response = await ctx.next();
    const nonce = useNonce ? nonceOf(response) : undefined;
    response.headers.set(
      header,
      nonce ? policy.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`) : policy,
    );
    if (reportTo) {
      response.headers.set(
        "Reporting-Endpoints",
        `csp-endpoint="${reportTo}"`,
      );
    }
    return response;
  };
}
