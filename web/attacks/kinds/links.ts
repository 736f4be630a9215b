/** Links that lead elsewhere than they seem to (issue 13, 28). */
import { type Attack, succeededIf } from "../attack.ts";
import { startOf } from "../http.ts";
import { newRoom, sendJson, valueOf } from "../people.ts";
import { saying } from "../weaknesses.ts";

const ADDRESSES = [
  "https://bank.example@evil.example/x",
  "https://bank.example:pass@evil.example/x",
  "https:\\\\bank.example@evil.example/x",
  "https://bank.example%2f@evil.example/x",
  "https://bank.example\u202e/elpmaxe.live//:sptth",
  "https://evil.example/\u2066/bank.example",
  "https://bank.example\u200b.evil.example/x",
  "https://bank.example\u2800.evil.example/x",
];

/** What hides, or turns the direction. */
const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u2800\u3164]/;

/** A link that names somebody before its host, or has in it what cannot be seen. */
const isHidden = (href: string): boolean => {
  const plain = href.replaceAll("&#x2F;", "/");
  const { username, password } = URL.parse(plain) ?? {};
  return Boolean(username || password) || UNSEEN.test(plain);
};

export const links: Attack[] = ADDRESSES.map((address): Attack => ({
  name: `a link that hides where it leads: ${JSON.stringify(address)}`,
  async run(world) {
    const roomId = await newRoom({ ...world, owner: world.outsider }, "Links");
    const { cookie } = world.outsider;
    const content = `before ${address} after`;
    const draft = { roomId, clientId: crypto.randomUUID(), content };
    await valueOf(await sendJson(`${world.web}/api/messages`, draft, cookie));
    const html = await startOf(
      await fetch(`${world.web}/rooms/${roomId}`, { headers: { cookie } }),
    );
    const hrefs = [...html.matchAll(/<a[^>]* href="(https?:[^"]*)"/g)]
      .map(([, href]) => href);
    return succeededIf(hrefs.some(isHidden), `it is a link: ${hrefs}`);
  },
  undone: saying((text) =>
    text.replaceAll(
      /before (https?:\S*) after/g,
      (_, address) => `<a href="${address}">${address}</a>`,
    )
  ),
}));
