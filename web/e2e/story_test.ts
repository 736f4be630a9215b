import { openLinkInOutbox } from "./people.ts";
import { tellStory } from "./story.ts";

Deno.test({
  name: "two people sign up with their faces, share a room, talk and dictate",
  // Playwright keeps sockets to its browser open between steps.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: (t) => tellStory(t, { env: {}, openLink: openLinkInOutbox }),
});
