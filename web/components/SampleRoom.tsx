import { Avatar } from "./Avatar.tsx";
import { Icon } from "./Icon.tsx";

const LINES = [
  {
    name: "Amara Diallo",
    time: "09:12",
    text: "The tasting moved to Thursday. Can someone tell the bakery?",
  },
  {
    name: "Jonas Weber",
    time: "09:14",
    text: "On it. They open at ten.",
  },
  {
    name: "Noor Haddad",
    time: "09:31",
    text: "The menus are printed. I’ll bring them.",
  },
];

/** The landing page's picture of a room, made of the same parts as a real one. */
export function SampleRoom() {
  return (
    <figure class="sample">
      <figcaption class="visually-hidden">
        What a room looks like: three short messages, and a fourth being
        dictated.
      </figcaption>
      <p class="sample-head">
        <b>Saturday’s wedding</b>
        <span class="soft small">Amara and Noor are here</span>
      </p>
      <ol class="sample-lines">
        {LINES.map(({ name, time, text }) => (
          <li key={name}>
            <Avatar id={name + time} name={name} />
            <div>
              <p>
                <b>{name}</b> <span class="soft small">{time}</span>
              </p>
              <p dir="auto">{text}</p>
            </div>
          </li>
        ))}
      </ol>
      <p class="sample-composer">
        <Icon name="mic" />
        <span>They can do Thursday at eleven, if we bring</span>
      </p>
      <p class="sample-note soft small">Dictated. Read it over, then send.</p>
    </figure>
  );
}
