import { assertEquals } from "@std/assert";

/** Wordings that were given up, with what is said now. */
const GIVEN_UP: [old: string, now: string][] = [
  ["look again at", "Please fix your password below."],
  ["give them once more", "add both again"],
  ["somebody, we hope you", "someone, we hope you"],
  ["of your account is forgotten", "asked to reset your password"],
  ["The invitation is on its way", "Invitation sent."],
  ["so it was kept on this machine", "It is in the outbox."],
  ["can no longer read or write here", "will lose access at once"],
  ["They are no longer a member", "NAME was removed."],
  ["has its new name", "Room renamed."],
  ["Now your face", "Show your face"],
  ["into the oval", "Fit your face in the oval"],
  ["Finding the words", "Transcribing…"],
  ["What to do with the message", "Actions for NAME’s message"],
  ["A code by e-mail takes its place", "You then sign in with an e-mail code."],
  ["Check how it is written", "Check the spelling."],
  ["Nothing you did", "It is not your fault."],
  ["so it was not taken", "so we refused it"],
  ["can only be deleted from inside", "Sign in to its account to delete it."],
  ["cannot be brought back", "cannot be undone"],
  ["was not done. Sign in", "had no effect. Sign in"],
  ["This link has ended", "This link has expired"],
  ["which is as many as", "the most it can have"],
  ["leads to no invitation", "There is no invitation at this link."],
  ["where people talk in writing", "a chat room"],
  ["not told of anything", "Notifications are paused."],
  ["How I am told", "My notifications"],
  ["you sign in in an hour", "you must wait an hour before you change how"],
  ["give the camera only", "Browsers allow the camera only on https."],
  ["its words follow.", "the words will follow."],
  ["gets no notifications any more", "no longer gets notifications"],
  ["takes no notifications any more", "no longer accepts notifications"],
  ["gave no subscription", "Your browser could not set up notifications."],
  ["It counts from now on", "It applies from now on."],
  ["is not in with it", "A password alone opens no account."],
  ["on a device that it does not know", "a device we have not seen before"],
  ["Save what it is for", "Save description"],
  ["messages wait for you", "messages are waiting for you"],
  ["Make sure that you know every", "Check that you recognise every device."],
  ["is your passkey not at hand", "Don’t have your passkey with you?"],
  ["No passkey came from", "Your device did not offer a passkey."],
  ["they find it and can join", "Anyone on this server can find it and join."],
];

const ROOT = new URL("..", import.meta.url);
const FOLDERS = ["web/", "realtime/", "transcriber/"];

/** Every file of words and code, but for tests and what is built or generated. */
async function* filesIn(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      if (/^(_fresh|links|e2e|node_modules|static|\..*)$/.test(name)) continue;
      yield* filesIn(new URL(`${name}/`, folder));
    } else if (/\.(tsx?|md)$/.test(name) && !/[._]test\.tsx?$/.test(name)) {
      yield new URL(name, folder);
    }
  }
}

/** The same text however it is wrapped, and whatever its case. */
const plain = (text: string): string =>
  text.replaceAll(/\{" "\}|\s+/g, " ").replaceAll(/ +/g, " ").toLowerCase();

Deno.test("wordings that were given up do not come back", async () => {
  const found: string[] = [];
  const read = async (file: URL) => {
    const text = plain(await Deno.readTextFile(file));
    for (const [old, now] of GIVEN_UP) {
      if (text.includes(plain(old))) {
        found.push(`${file.pathname} says “${old}”; say “${now}”`);
      }
    }
  };
  await read(new URL("README.md", ROOT));
  for (const folder of FOLDERS) {
    for await (const file of filesIn(new URL(folder, ROOT))) await read(file);
  }
  assertEquals(found, []);
});
