import { assertEquals, assertStringIncludes } from "@std/assert";
import { invitationMail } from "./invitation-mail.ts";

const invitation = {
  to: "ada@example.com",
  invitedBy: "Grace <b>Hopper</b>",
  roomName: `Tea & "biscuits"`,
  link: "http://localhost:8000/invitations/a-code",
  expiresAt: Date.UTC(2026, 10, 29, 12),
};

Deno.test("the text has the names as they are and the link on a line of its own", () => {
  const { text, subject } = invitationMail(invitation);
  assertStringIncludes(subject, invitation.invitedBy);
  assertStringIncludes(text, invitation.roomName);
  assertEquals(text.split("\n").includes(invitation.link), true);
  assertStringIncludes(text, "Sunday 29 November");
});

Deno.test("the HTML has the names escaped", () => {
  const { html } = invitationMail(invitation);
  assertEquals(/<b[\s>]/.test(html), false);
  assertStringIncludes(html, "Grace &lt;b>Hopper&lt;/b>");
  assertStringIncludes(html, "Tea &amp; &quot;biscuits&quot;");
  assertStringIncludes(html, `href="${invitation.link}"`);
});
