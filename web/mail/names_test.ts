import { assertEquals } from "@std/assert";
import { invitationMail } from "./invitation-mail.ts";
import { namedInSubject } from "./names.ts";

Deno.test("a name in a subject is short and holds nothing to click on", () => {
  const link = "Win at https://evil.example/x?a=1 or mail eve@evil.example";
  const plain = namedInSubject(link);
  assertEquals(/\w[.:@]\w|:\/\//.test(plain), false, plain);
  assertEquals([...plain].length <= 40, true, plain);
  assertEquals(plain.endsWith("…"), true);
  assertEquals(namedInSubject("Grace <b>Hopper</b>"), "Grace <b>Hopper</b>");
  assertEquals(namedInSubject("J. R. R. Tolkien"), "J. R. R. Tolkien");
  assertEquals(namedInSubject("نور"), "\u2068نور\u2069");
});

Deno.test("a subject of two names of full length stays a line", () => {
  const { subject } = invitationMail({
    to: "ada@example.com",
    invitedBy: "x".repeat(80),
    roomName: "y.z ".repeat(20),
    link: "https://chat.example/invitations/x",
    expiresAt: 0,
  });
  assertEquals(subject.length < 140, true, subject);
});
