/** Lucide outlines (ISC, © Lucide Icons and Contributors), one path each: the few that the
 * room and the camera draw in the browser, apart from the server's set to stay small. */
export const GLYPHS = {
  back: "m12 19-7-7 7-7M19 12H5",
  down: "M12 5v14m7-7-7 7-7-7",
  mic:
    "M12 19v3m7-12v2a7 7 0 0 1-14 0v-2m7-8a3 3 0 0 0-3 3v7a3 3 0 0 0 6 0V5a3 3 0 0 0-3-3Z",
  more: "M12 12h.01M19 12h.01M5 12h.01",
  people:
    "M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M16 3.13a4 4 0 0 1 0 7.74M22 21v-2a4 4 0 0 0-3-3.87M9 3a4 4 0 0 0 0 8 4 4 0 0 0 0-8Z",
  send: "m5 12 7-7 7 7M12 19V5",
  close: "M18 6 6 18M6 6l12 12",
};

/** One icon in the colour of the text around it; always decoration beside words. */
export const Glyph = ({ d }: { d: string }) => (
  <svg
    class="icon"
    viewBox="0 0 24 24"
    width="20"
    height="20"
    aria-hidden="true"
  >
    <path d={d} />
  </svg>
);
