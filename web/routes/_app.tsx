import { asset } from "fresh/runtime";
import { define } from "../utils.ts";

/** The document around every page. Titles come from each page's `<Head>`. */
export default define.page(({ Component }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      {/* The room keeps its header and composer in sight above a phone's keyboard. */}
      <meta
        name="viewport"
        content="width=device-width, initial-scale=1, interactive-widget=resizes-content"
      />
      <meta name="color-scheme" content="light dark" />
      <meta
        name="theme-color"
        content="#fdfbfa"
        media="(prefers-color-scheme: light)"
      />
      <meta
        name="theme-color"
        content="#171412"
        media="(prefers-color-scheme: dark)"
      />
      <link rel="stylesheet" href={asset("/styles.css")} />
      <link rel="icon" href={asset("/favicon.svg")} type="image/svg+xml" />
      <link rel="manifest" href={asset("/manifest.webmanifest")} />
    </head>
    <body>
      <a class="skip" href="#main">Skip to the content</a>
      <Component />
    </body>
  </html>
));
