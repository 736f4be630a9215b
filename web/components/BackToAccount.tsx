import { Icon } from "./Icon.tsx";

/** The way back from a page about one part of the account. */
export const BackToAccount = () => (
  <p>
    <a class="back" href="/account">
      <Icon name="arrow-left" size={18} /> Account
    </a>
  </p>
);
