/** The mark: two voices, overlapping. `size` is as an icon's. */
export function Mark({ size = 26 }: { size?: number }) {
  const side = `${size / 16}rem`;
  return (
    <svg
      class="logo"
      viewBox="0 0 32 32"
      width={side}
      height={side}
      fill="currentColor"
      aria-hidden="true"
    >
      <path d="M12 4a10 10 0 1 1 0 20H3.5a1.5 1.5 0 0 1-1.5-1.5V14A10 10 0 0 1 12 4z" />
      <path
        opacity=".55"
        d="M21 10a9 9 0 0 1 9 9v7.5a1.5 1.5 0 0 1-1.5 1.5H21a9 9 0 1 1 0-18z"
      />
    </svg>
  );
}
