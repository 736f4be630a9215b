/** A form that looks for names on its own page; what it finds is below. */
export function SearchField({ label, wanted, maxLength, more = {} }: {
  label: string;
  wanted: string;
  maxLength: number;
  /** What the address says besides. */
  more?: Record<string, string[]>;
}) {
  return (
    <form class="inline-form search-form" role="search">
      <label class="visually-hidden" for="q">{label}</label>
      {Object.entries(more).flatMap(([name, values]) =>
        values.map((value) => (
          <input key={value} type="hidden" name={name} value={value} />
        ))
      )}
      <input
        class="input"
        type="search"
        id="q"
        name="q"
        dir="auto"
        maxLength={maxLength}
        autocomplete="off"
        placeholder="Name"
        value={wanted.slice(0, maxLength)}
      />
      <button class="button" type="submit">Search</button>
    </form>
  );
}
