import { type IconName, icons } from "./icons.ts";

export interface IconProps {
  name: IconName;
  /** Width and height in CSS pixels at a text of 16; 20 unless told. Grows with the text. */
  size?: number;
  /** What it means, where no text beside it says so. Without it the icon is decoration. */
  label?: string;
}

/** One Lucide outline icon in the colour of the text around it. Works in islands too. */
export function Icon({ name, size = 20, label }: IconProps) {
  const side = `${size / 16}rem`;
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width={side}
      height={side}
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : "true"}
      // The strings are our own constants, never a person's.
      // deno-lint-ignore react-no-danger
      dangerouslySetInnerHTML={{ __html: icons[name] }}
    />
  );
}
