/**
 * The colours of styles/tokens.css that letters use, as hex: mail programs know neither OKLCH nor
 * custom properties. Each is `[light, dark]`; a test compares them with the tokens they stand for.
 */
export const colours = {
  page: ["#fefcfb", "#181412"],
  sunken: ["#f8f2f0", "#110d0c"],
  line: ["#e5deda", "#322c29"],
  text: ["#251d19", "#efeae8"],
  soft: ["#625953", "#b1a9a4"],
  accent: ["#9e441d", "#f3a173"],
  "on-accent": ["#ffffff", "#211209"],
} as const;
