import { type ComponentChildren, Fragment } from "preact";

/** Text with its http and https addresses as links; everything else stays plain text. */
export function linkify(text: string): ComponentChildren {
  const parts = text.split(/(https?:\/\/[^\s<>"]+)/i).map((part, index) => {
    if (index % 2 === 0) return part;
    // A sentence's full stop or bracket after an address is not part of it.
    const href = part.replace(/[.,:;!?'*_~]+$|(?<!\([^)]*)\)[.,:;!?]*$/, "");
    if (!URL.canParse(href)) return part;
    return (
      <>
        <a href={href} target="_blank" rel="noopener noreferrer">{href}</a>
        {part.slice(href.length)}
      </>
    );
  });
  // Not `<>`: precompiled templates escape the strings of an array twice (preact 10.29).
  return <Fragment>{parts}</Fragment>;
}
