import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { colours } from "./colours.ts";
import type { Letter, Piece } from "./letter.ts";

type Colour = keyof typeof colours;
type Property = "color" | "background-color" | "border-color";

/** The light colours, inline, because many mail programs read nothing else. */
const light = (of: Partial<Record<Property, Colour>>): string =>
  Object.entries(of)
    .map(([property, name]) => `${property}:${colours[name][0]};`).join("");

/** What each class is coloured with; dark colours come by class, which inline styles cannot. */
const painted = {
  page: { "background-color": "page", color: "text" },
  brand: { color: "soft" },
  soft: { color: "soft" },
  button: { "background-color": "accent", color: "on-accent" },
  label: { color: "on-accent" },
  code: { "background-color": "sunken", color: "text" },
  rule: { "border-color": "line" },
} as const satisfies Record<string, Partial<Record<Property, Colour>>>;

const darkRules = Object.entries(painted).map(([name, properties]) => {
  const declarations = Object.entries(properties)
    .map(([property, colour]) => `${property}:${colours[colour][1]}!important`);
  return `.${name}{${declarations.join(";")}}`;
}).join("");

const STYLE =
  `:root{color-scheme:light dark;supported-color-schemes:light dark}` +
  `@media (prefers-color-scheme:dark){${darkRules}}`;

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',sans-serif;";
const MONO =
  "font-family:ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,monospace;";
const paint = (name: keyof typeof painted) => light(painted[name]);

function PieceOf({ piece }: { piece: Piece }) {
  switch (piece.kind) {
    case "paragraph":
      return <p style="margin:0 0 16px;">{piece.text}</p>;
    case "note":
      return (
        <p
          class="soft"
          style={`margin:0 0 8px;font-size:14px;${paint("soft")}`}
        >
          {piece.text}
        </p>
      );
    case "code":
      return (
        <p
          class="code"
          style={`margin:0 0 24px;padding:16px 20px;border-radius:10px;font-size:32px;line-height:40px;font-weight:600;letter-spacing:.08em;${MONO}${
            paint("code")
          }`}
        >
          {piece.code}
        </p>
      );
    case "link":
      return <LinkPiece label={piece.label} href={piece.href} />;
  }
}

/** A table, because Outlook pads cells but not links. */
function LinkPiece({ label, href }: { label: string; href: string }) {
  return (
    <>
      <table
        role="presentation"
        cellPadding="0"
        cellSpacing="0"
        style="margin:8px 0 16px;"
      >
        <tbody>
          <tr>
            <td
              class="button"
              style={`border-radius:10px;${paint("button")}`}
            >
              <a
                class="label"
                href={href}
                style={`display:inline-block;padding:10px 20px;line-height:24px;font-weight:600;text-decoration:none;${
                  paint("label")
                }`}
              >
                {label}
              </a>
            </td>
          </tr>
        </tbody>
      </table>
      <p
        class="soft"
        style={`margin:0 0 24px;font-size:14px;overflow-wrap:anywhere;word-break:break-word;${
          paint("soft")
        }`}
      >
        Or open this address:
        <br />
        <a class="soft" href={href} style={paint("soft")}>{href}</a>
      </p>
    </>
  );
}

function Page({ title, children }: {
  title: string;
  children: ComponentChildren;
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body class="page" style={`margin:0;padding:0;${paint("page")}`}>
        <div
          class="page"
          style={`padding:32px 20px 40px;font-size:16px;line-height:1.5;${FONT}${
            paint("page")
          }`}
        >
          <div style="max-width:520px;margin:0 auto;overflow-wrap:break-word;">
            {children}
          </div>
        </div>
      </body>
    </html>
  );
}

/** The whole HTML document of a letter: one column, no pictures, nothing fetched from anywhere. */
export function renderHtml({ subject, heading, pieces }: Letter): string {
  const body = pieces.filter(({ kind }) => kind !== "note");
  const notes = pieces.filter(({ kind }) => kind === "note");
  return "<!doctype html>\n" + renderToString(
    <Page title={subject}>
      <p
        class="brand"
        style={`margin:0 0 24px;font-size:14px;font-weight:600;${
          paint("brand")
        }`}
      >
        ChatSphere
      </p>
      <h1 style="margin:0 0 16px;font-size:24px;line-height:1.25;font-weight:650;letter-spacing:-.02em;">
        {heading}
      </h1>
      {body.map((piece, index) => <PieceOf key={index} piece={piece} />)}
      {notes.length > 0 && (
        <div
          class="rule"
          style={`margin:8px 0 0;padding:16px 0 0;border-width:1px 0 0;border-style:solid;${
            paint("rule")
          }`}
        >
          {notes.map((piece, index) => <PieceOf key={index} piece={piece} />)}
        </div>
      )}
    </Page>,
  ) + "\n";
}
