import { html, raw } from "hono/html";

/** The parts of an OpenAPI 3.1 document this page shows. */
interface Document {
  info: { title: string; description?: string };
  paths?: Record<string, unknown>;
  components?: { schemas?: Record<string, unknown> };
}

interface Operation {
  summary?: string;
  description?: string;
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: object }> };
  responses: Record<string, { description: string }>;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: { description?: string; default?: unknown };
}

const STYLE = `
:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}
body{max-width:70ch;margin:0 auto;padding:32px 16px 64px}
h1,h2,h3{line-height:1.25}h2{margin-top:48px}
code,pre{font:14px/1.5 ui-monospace,monospace}
pre{overflow-x:auto;padding:16px;border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-radius:8px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:4px 16px 4px 0}
a{color:inherit}a:focus-visible,pre:focus-visible{outline:2px solid;outline-offset:2px}`;

/** A policy that allows this page's one stylesheet, by its hash, and nothing else. */
export async function apiPagePolicy(): Promise<string> {
  const bytes = new TextEncoder().encode(STYLE);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `default-src 'none'; style-src 'sha256-${hash.toBase64()}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/**
 * An API, readable without script, made from its OpenAPI document so that both say the same.
 *
 * @param example a command to copy, with `$TOKEN` and `$URL` in it
 */
export function apiPage(document: Document, example: string) {
  const operations = Object.entries(document.paths ?? {}).flatMap(
    ([path, methods]) =>
      Object.entries(methods as Record<string, Operation>)
        .map(([method, operation]) => section(method, path, operation)),
  );
  const shapes = Object.entries(document.components?.schemas ?? {});
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>${document.info.title}</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <main>
    <h1>${document.info.title}</h1>
    <p>${document.info.description ?? ""}</p>
    <p>For programs: <a href="openapi.json">openapi.json</a>. Every failure answers
    <code>{"error": {"code", "message"}}</code>.</p>
    <p>With a token as <code>TOKEN</code> and the address of this page, without
    <code>/docs</code>, as <code>URL</code>:</p>
    <pre tabindex="0">${example}</pre>
    ${operations}
    <h2>Shapes</h2>
    ${shapes.map(([name, schema]) =>
      html`
        <h3 id="${name}">${name}</h3>
        <pre tabindex="0">${JSON.stringify(schema, null, 2)}</pre>
      `
    )}
        </main>
      </body>
    </html>
  `;
}

function section(method: string, path: string, operation: Operation) {
  const content = operation.requestBody?.content ?? {};
  const types = Object.keys(content);
  const body = content["application/json"]?.schema;
  return html`
    <h2><code>${method.toUpperCase()} ${path}</code></h2>
    <p>${operation.summary?.replace(/\.?$/, ".")}</p>
    ${operation.security?.length ? html`<p>This needs a credential.</p>` : ""}
    ${operation.description ? html`<p>${operation.description}</p>` : ""}
    ${(operation.parameters ?? []).map((parameter) =>
      html`
        <p><code>${parameter.name}</code> (${parameter.in}): ${describe(
          parameter,
        )}</p>
      `
    )}
    ${types.length > 0 ? html`<p>Body: ${types.join(", ")}.</p>` : ""}
    ${body && !("$ref" in body)
      ? html`<pre tabindex="0">${JSON.stringify(body, null, 2)}</pre>`
      : ""}
    <table>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
    ${Object.entries(operation.responses).map(([status, { description }]) =>
      html`
        <tr>
          <td>${status}</td>
          <td>${description}</td>
        </tr>
      `
    )}
      </tbody>
    </table>
  `;
}

function describe({ required, description, schema }: Parameter): string {
  const about = description ?? schema?.description ??
    (required ? "required" : "optional");
  return schema?.default === undefined
    ? about
    : `${about} Default: ${schema.default}`;
}
