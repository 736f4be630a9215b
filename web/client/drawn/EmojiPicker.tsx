import { useEffect, useRef, useState } from "preact/hooks";
import {
  type Emoji,
  type EmojiTable,
  loadEmoji,
  search,
} from "../browser/emoji.ts";

/** How many a search shows. */
const FOUND = 60;

/** All emoji by group, and a search: arrow keys go from one to the next. Loaded when used. */
export function EmojiPicker({ onChoose }: { onChoose(emoji: string): void }) {
  const [table, setTable] = useState<EmojiTable>();
  const [said, setSaid] = useState("Loading emoji…");
  const [wanted, setWanted] = useState("");
  const all = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    field.current!.focus();
    loadEmoji().then(
      (table) => {
        setTable(table);
        setSaid("");
      },
      () => setSaid("Emoji could not be loaded. Check your connection."),
    );
  }, []);

  const look = (word: string) => {
    setWanted(word);
    const isNone = table && word.trim() && !search(table, word, 1).length;
    setSaid(isNone ? "No emoji found. Try another word." : "");
  };

  const shown = !table
    ? []
    : wanted.trim()
    ? [{ name: "Found", emoji: search(table, wanted, FOUND) }]
    : table.groups;

  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...all.current!.querySelectorAll("button")];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    if (event.key === "Enter" && at < 0) {
      event.preventDefault();
      if (wanted.trim()) buttons[0]?.click();
      return;
    }
    // In the field these keys are the text's, but for the one that leads down.
    if (at < 0 && event.key !== "ArrowDown") return;
    const next = nextOf(buttons, at, event.key);
    if (next === undefined) return;
    event.preventDefault();
    (buttons[next] ?? field.current!).focus();
  };

  return (
    <div class="picker" onKeyDown={onKeyDown}>
      <input
        type="search"
        class="input"
        ref={field}
        aria-label="Search emoji"
        placeholder="Search emoji"
        maxLength={40}
        onInput={({ currentTarget }) => look(currentTarget.value)}
      />
      <p class="soft small" role="status">{said}</p>
      <div ref={all}>
        {shown.map(({ name, emoji }, at) => (
          <section key={name} aria-label={name}>
            <h3 class="soft small">{name}</h3>
            <div>
              {emoji.map((one, place) => (
                <Choice
                  key={one.emoji}
                  one={one}
                  isFirst={at + place === 0}
                  onChoose={onChoose}
                />
              ))}
            </div>
          </section>
        ))}
      </div>
    </div>
  );
}

function Choice({ one: { emoji, names }, isFirst, onChoose }: {
  one: Emoji;
  /** The one the Tab key leads to. */
  isFirst: boolean;
  onChoose(emoji: string): void;
}) {
  const name = names[0].replaceAll("_", " ");
  return (
    <button
      type="button"
      tabindex={isFirst ? 0 : -1}
      aria-label={name}
      title={name}
      onClick={() => onChoose(emoji)}
    >
      {emoji}
    </button>
  );
}

/** Where a key leads from a button; above the first row it is none. */
function nextOf(
  buttons: HTMLElement[],
  at: number,
  key: string,
): number | undefined {
  const last = buttons.length - 1;
  if (at < 0) return 0;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step) return Math.min(Math.max(at + step, 0), last);
  if (key === "Home") return 0;
  if (key === "End") return last;
  const down = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!down) return undefined;
  const from = buttons[at].getBoundingClientRect();
  let row: number | undefined;
  for (let it = at + down; it >= 0 && it <= last; it += down) {
    const { left, top } = buttons[it].getBoundingClientRect();
    if (top === from.top) continue;
    // Only the next row counts; where it is shorter, its last.
    if (row === undefined) row = top;
    else if (top !== row) return down > 0 ? it - 1 : it + 1;
    if (down > 0 ? left >= from.left : left <= from.left) return it;
  }
  return row === undefined ? (down > 0 ? at : -1) : down > 0 ? last : 0;
}
