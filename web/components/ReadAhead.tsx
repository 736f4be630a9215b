const RULES = JSON.stringify({
  prefetch: [{
    where: { selector_matches: "[data-room], .room-list a" },
    eagerness: "moderate",
  }],
});

/**
 * Has the browser fetch a room while a pointer rests on its link or goes down on it: most of what a
 * click waits for is over before it. Nothing is run, and a GET marks nothing as read. Beside a room
 * that is open, client/browser/ahead.ts has it rendered as well. Browsers that do not know these
 * rules (HTML, "Speculative loading") pass over them.
 */
export const ReadAhead = () => (
  <script
    type="speculationrules"
    dangerouslySetInnerHTML={{ __html: RULES }}
  />
);
