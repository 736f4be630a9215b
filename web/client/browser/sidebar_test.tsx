import { assertEquals, assertStringIncludes } from "@std/assert";
import { render } from "preact-render-to-string";
import type { FeedSummary } from "../../../realtime/protocol.ts";
import { RoomSidebar } from "../../components/RoomSidebar.tsx";
import type { RoomEntry } from "../../http/pages/room-list.ts";
import { showUnread, unreadText } from "./sidebar.ts";

const summary = (unread: number): FeedSummary => ({
  epoch: "1",
  offset: 9,
  read: 1,
  unread,
  mentioned: 0,
  last: null,
});

const entry = (id: string, unread: number): RoomEntry => ({
  id,
  name: `Room ${id}`,
  createdAt: 0,
  createdBy: "ada",
  kind: "closed",
  role: "member",
  memberCount: 2,
  summary: { epoch: "1", offset: 9, read: 1, unread, mentioned: 0, last: null },
});

Deno.test("the sidebar marks each other room for its count, also one without any", () => {
  const rooms = [entry("here", 5), entry("busy", 120), entry("quiet", 0)];
  const me = { id: "ada", name: "Ada" };
  const html = render(<RoomSidebar rooms={rooms} current="here" me={me} />);
  const links = html.split("<li").slice(1);
  assertEquals(
    links.map((link) => /data-room="(\w+)"/.exec(link)?.[1]),
    [undefined, "busy", "quiet"],
  );
  assertEquals(
    links.map((link) => link.includes('class="sidebar-link unread"')),
    [false, true, false],
  );
  assertStringIncludes(links[1], ">99+</span>");
});

/** A link of the sidebar as far as `showUnread` touches it. */
function fakeLink(room: string, shown: number) {
  const count = { textContent: unreadText(shown) };
  const classes = new Set(shown ? ["unread"] : []);
  const toggle = (name: string, on: boolean) =>
    on ? classes.add(name) : classes.delete(name);
  const link = {
    dataset: { room },
    classList: { toggle },
    querySelector: () => count,
  } as unknown as HTMLElement;
  return { link, now: () => [count.textContent, classes.has("unread")] };
}

Deno.test("a new count takes the place of the old; an unknown one leaves it", () => {
  const links = [fakeLink("a", 0), fakeLink("b", 3), fakeLink("c", 2)];
  const rooms = { a: summary(100), b: summary(0) };
  showUnread(links.map(({ link }) => link), rooms);
  assertEquals(links.map(({ now }) => now()), [
    ["99+", true],
    ["", false],
    ["2", true],
  ]);
});
