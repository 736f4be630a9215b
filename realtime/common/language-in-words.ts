const names = new Intl.DisplayNames(["en"], {
  type: "language",
  languageDisplay: "standard",
});

/** A BCP 47 tag in words: “German”, “English (United States)”; what is no tag stays as it is. */
export function languageInWords(tag: string): string {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag; // a RangeError: it has not the form of a tag
  }
}
