import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { fold } from "../../../realtime/text/fold.ts";
import { hasTerms, termsOf } from "../../../realtime/text/terms.ts";

/** Somewhere to go. */
interface Place {
  href: string;
  name: string;
  kind: "room" | "person" | "search";
}

/** How many of each kind are offered. */
const ROOMS = 8, PEOPLE = 4;
/** Milliseconds without a key until people are looked for. */
const PAUSE = 250;

/** Opens the switcher, or closes it where it is open. */
export function toggleSwitcher(): void {
  const open = document.querySelector<HTMLDialogElement>("#switcher");
  if (open) return open.close();
  const place = document.createElement("div");
  document.body.append(place);
  const end = () => {
    render(null, place);
    place.remove();
  };
  render(<Switcher onEnd={end} />, place);
}

/** The rooms beside this one; of more, and the order of all, the server tells. */
const roomsHere = (): Place[] =>
  [...document.querySelectorAll<HTMLAnchorElement>(".sidebar-rooms a")]
    .map(({ pathname, firstElementChild }) => ({
      href: pathname,
      name: firstElementChild?.textContent ?? "",
      kind: "room",
    }));

async function allRooms(): Promise<Place[]> {
  const answer = await fetch("/api/chat");
  const { rooms } = await answer.json() as {
    rooms: { id: string; name: string }[];
  };
  return rooms.map(({ id, name }) => ({
    ...{ href: `/rooms/${id}`, name, kind: "room" },
  }));
}

/** The people of the directory whose names begin so. */
async function peopleCalled(typed: string): Promise<Place[]> {
  const answer = await fetch(`/api/people?q=${encodeURIComponent(typed)}`);
  const { people } = await answer.json() as {
    people: { id: string; name: string }[];
  };
  return people.map(({ id, name }) => ({
    ...{ href: `/people/${id}`, name, kind: "person" },
  }));
}

const KINDS = { room: "Room", person: "Person", search: "Search" };

function Switcher({ onEnd }: { onEnd(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [rooms, setRooms] = useState(roomsHere);
  const [people, setPeople] = useState<Place[]>([]);
  const [chosen, setChosen] = useState(0);

  useEffect(() => {
    const { style } = dialog.current!;
    style.setProperty("--x", "calc(50% - 9.5rem)");
    style.setProperty("--y", "12vh");
    // The dialog keeps the focus in, and closes on Escape, by itself.
    dialog.current!.showModal();
    // Offline, those beside this room are offered.
    allRooms().then(setRooms, () => {});
  }, []);

  const name = typed.trim();
  useEffect(() => {
    setPeople([]);
    if (name === "") return;
    const state = { isCurrent: true };
    const timer = setTimeout(async () => {
      const found = await peopleCalled(name).catch(() => []);
      if (state.isCurrent) setPeople(found);
    }, PAUSE);
    return () => {
      state.isCurrent = false;
      clearTimeout(timer);
    };
  }, [name]);

  const terms = termsOf(typed);
  const search: Place = {
    ...{ href: `/search?q=${encodeURIComponent(name)}`, kind: "search" },
    name: name ? `Messages with “${name}”` : "Messages in all rooms",
  };
  const places = [
    ...rooms.filter((room) => hasTerms(fold(room.name), terms))
      .slice(0, ROOMS),
    ...people.slice(0, PEOPLE),
    search,
  ];
  const at = Math.min(chosen, places.length - 1);
  const go = ({ href }: Place) => location.assign(href);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setChosen((at + step + places.length) % places.length);
    else if (event.key === "Enter") go(places[at]);
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      ref={dialog}
      id="switcher"
      class="message-menu"
      aria-label="Go to a room or a person"
      onClose={onEnd}
      // What is around it is the dialog itself.
      onClick={({ target }) =>
        target === dialog.current && dialog.current!.close()}
    >
      <input
        class="input"
        role="combobox"
        aria-label="Room, person or words"
        aria-expanded="true"
        aria-controls="places"
        aria-autocomplete="list"
        aria-activedescendant={`place-${at}`}
        autocomplete="off"
        autofocus
        dir="auto"
        maxLength={200}
        placeholder="Room, person or words"
        value={typed}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div class="menu" role="listbox" id="places" aria-label="Places">
        {places.map((place, i) => (
          <button
            key={place.href}
            type="button"
            role="option"
            id={`place-${i}`}
            class="button button-plain"
            tabindex={-1}
            aria-selected={i === at ? "true" : "false"}
            onClick={() => go(place)}
          >
            <span class="truncate" title={place.name}>
              <bdi>{place.name}</bdi>
            </span>
            <span class="soft small">{KINDS[place.kind]}</span>
          </button>
        ))}
      </div>
    </dialog>
  );
}
