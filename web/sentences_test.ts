/**
 * Keeps sentences whole: text for people is going to be translated, and no other language puts its
 * words in the order of pieces. A name or a number in a sentence is fine, a word chosen inside it is
 * not. What this cannot see is a piece that comes in a variable and looks like a name.
 */
import { assertEquals } from "@std/assert";

type Node = Deno.lint.Node;

const WORD = /\p{L}/u;
const TWO_WORDS = /\p{L}{2,},? \p{L}{2,}/u;
/** Begins or ends in a space: made to be put beside something. */
const LOOSE = /^ .*\p{L}|\p{L}.* $/su;
/** Begins in the middle of a sentence and goes to its end; a field's name may begin one. */
const TAIL = /^[\p{Ll}’'-]+,? \S+ .*[.?!…]$/su;
const END = /[.?!…][”’)]*\s*$/;
/** The four characters a part of a file begins with, padded. */
const TAG = /^[A-Z]{4}\w{3} $/;
/** Markup and style sheets. */
const CODE = /[<{]/;

/** What a literal says, with a mark for each value in it; undefined for anything else. */
function textOf(node?: Node | null): string | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") {
    return node.value;
  }
  if (node?.type !== "TemplateLiteral") return undefined;
  return node.quasis.map(({ cooked }) => cooked).join("□");
}

/** The texts an expression chooses between; none when it chooses nothing. */
function choices(node: Node): string[] {
  const ends = node.type === "ConditionalExpression"
    ? [node.consequent, node.alternate]
    : node.type === "LogicalExpression"
    ? [node.left, node.right]
    : [];
  return ends.flatMap((end) => textOf(end) ?? choices(end))
    .filter((text) => WORD.test(text));
}

/** Whether an expression in JSX has words of the same sentence before or after it. */
function isInside(node: Deno.lint.JSXExpressionContainer): boolean {
  const said = choices(node.expression);
  const { parent } = node;
  const siblings = "children" in parent ? parent.children : undefined;
  if (said.length === 0 || !siblings) return false;
  const at = siblings.indexOf(node);
  const textAt = (sibling?: Node): string =>
    sibling?.type === "JSXText"
      ? sibling.value
      : sibling?.type === "JSXExpressionContainer"
      ? textOf(sibling.expression) ?? ""
      : "";
  const read = (step: 1 | -1): string => {
    let all = "";
    for (
      let i = at + step, text;
      (text = textAt(siblings[i]));
      i += step
    ) {
      all = step < 0 ? text + all : all + text;
    }
    return all.trim();
  };
  const [before, after] = [read(-1), read(1)];
  return (WORD.test(before) && !END.test(before)) ||
    (WORD.test(after) && !said.every((text) => END.test(text)));
}

const parentOf = (node: Node): Node | undefined =>
  "parent" in node ? node.parent as Node : undefined;

/** Names of classes, styles and files: not for people. */
function isAttribute(node: Node): boolean {
  for (let at: Node | undefined = node; at; at = parentOf(at)) {
    if (at.type === "JSXAttribute") {
      return at.name.type === "JSXIdentifier" &&
        /^(class|style|href|action|src)$/.test(at.name.name);
    }
    if (at.type === "Property" && at.key.type === "Identifier") {
      return at.key.name === "class";
    }
  }
  return false;
}

const plugin: Deno.lint.Plugin = {
  name: "words",
  rules: {
    whole: {
      create(context) {
        const refuse = (node: Node, message: string) => {
          if (!isAttribute(node)) context.report({ node, message });
        };
        const piece = (node: Node) => {
          const text = textOf(node) ?? "";
          if (CODE.test(text) || TAG.test(text)) return;
          if (LOOSE.test(text)) refuse(node, "a piece with a loose end");
          if (TAIL.test(text)) refuse(node, "the end of a sentence");
        };
        return {
          Literal: piece,
          TemplateLiteral(node) {
            piece(node);
            node.expressions.forEach((value, i) => {
              const around = [node.quasis[i], node.quasis[i + 1]];
              if (
                choices(value).length > 0 &&
                around.some(({ cooked }) => WORD.test(cooked)) &&
                !END.test(node.quasis[i].cooked)
              ) refuse(value, "a choice inside a sentence");
            });
          },
          JSXExpressionContainer(node) {
            if (isInside(node)) refuse(node, "a choice inside a sentence");
            const text = textOf(node.expression) ?? "";
            if (/^ □/.test(text)) refuse(node, "a piece with a loose end");
          },
          BinaryExpression(node) {
            if (node.operator !== "+") return;
            for (const side of [node.left, node.right]) {
              const text = textOf(side as Node) ?? "";
              if (TWO_WORDS.test(text) && !CODE.test(text)) {
                refuse(node, "words that are added up");
              }
            }
          },
        };
      },
    },
  },
};

/** What is wrong with a source, as `line: why: source`. */
const joined = (name: string, source: string): string[] =>
  Deno.lint.runPlugin(plugin, name, source).map(({ message, range }) => {
    const line = source.slice(0, range[0]).split("\n").length;
    const piece = source.slice(...range).replaceAll(/\s+/g, " ");
    return `${name}:${line}: ${message}: ${piece.slice(0, 100)}`;
  });

const ROOT = new URL("..", import.meta.url);
const FOLDERS = ["web/", "realtime/", "transcriber/"];
const ELSEWHERE =
  /^(_fresh|links|e2e|attacks|eval|standins|bench|faults|testing|node_modules|static|\..*)$/;
const TESTS = /[._]test\.tsx?$|testing|-contract\.ts$/;

async function* filesIn(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      if (ELSEWHERE.test(name)) continue;
      yield* filesIn(new URL(`${name}/`, folder));
    } else if (/\.tsx?$/.test(name) && !TESTS.test(name)) {
      yield new URL(name, folder);
    }
  }
}

Deno.test("no sentence is put together from pieces", async () => {
  const found: string[] = [];
  let files = 0;
  for (const folder of FOLDERS) {
    for await (const file of filesIn(new URL(folder, ROOT))) {
      files++;
      const name = file.pathname.slice(ROOT.pathname.length - 1);
      // What somebody said is put into writing there, by the rules of each language.
      if (name.startsWith("/transcriber/text/")) continue;
      found.push(...joined(name, await Deno.readTextFile(file)));
    }
  }
  assertEquals(found, []);
  assertEquals(files > 300, true, `only ${files} files were read`);
});

Deno.test("pieces are told from whole sentences", () => {
  const pieces = [
    `<p>{who} {open ? "invites" : "invited"} you to a room.</p>`,
    `<p>Right now:{" "}{n === 1 ? "one is in line" : \`\${n} are in line\`}</p>`,
    `<h1>Members of <b>x</b>{late && "late"} today</h1>`,
    `<b>{label}{\` the invitation to \${email}\`}</b>`,
    `<b>Remove{\` \${name}\`}</b>`,
    "`${count} message${count === 1 ? '' : 's'}`",
    `say("a new face was stored for your account.")`,
    `names.join(" and ")`,
    `"Dictation is off. " + "Ask someone."`,
    `"This room has " + n`,
    `n + "members are here"`,
  ];
  const whole = [
    `<p>{open ? "You are invited." : "You were invited."}</p>`,
    `<p><bdi>{name}</bdi> will lose access at once.</p>`,
    `<p>You are a member. {open && "It stays open for others."}</p>`,
    `<p>{n} members{" · "}<a href="#x">Invite</a></p>`,
    `<p class={\`room \${open ? "open" : ""} \${link}\`} />`,
    `<a href={\`/rooms/\${n ? "new" : "old"}/x\`} />`,
    "`Hello ${name}, your room is ready.`",
    "`${message} You can also use a code.`",
    `const at = "api/rooms" + id`,
  ];
  const isJoined = (source: string) => joined("x.tsx", source).length > 0;
  assertEquals(pieces.filter((source) => !isJoined(source)), []);
  assertEquals(whole.filter(isJoined), []);
});
