import { asset, Head } from "fresh/runtime";
import type { Config } from "../config.ts";
import { Notice } from "../components/Notice.tsx";
import { SampleRoom } from "../components/SampleRoom.tsx";
import { sentenceFor } from "../http/requests/forms.ts";
import { define } from "../utils.ts";

const SIGN_IN: Record<Config["faceSignIn"], string> = {
  required: "You sign in with a password and a look at the camera.",
  offered:
    "You sign in with a password and a second proof: your face, a passkey or a code by e-mail.",
  off:
    "You sign in with a password and a second proof: a passkey or a code by e-mail.",
};

const ON_YOUR_TERMS = {
  title: "Your face, on your terms",
  text:
    "You agree first. A photo taken now is compared on the server with your own account only, before anyone is signed in. You can sign in with an e-mail code instead, and you can delete what was stored.",
};

/** In its place, where nobody is asked for a face. */
const TWO_PROOFS = {
  title: "A password is never enough",
  text:
    "Every sign-in takes a second proof that it is you: a passkey, or a code by e-mail. A password alone opens no account.",
};

const REASONS = [
  {
    title: "Sent means stored",
    text:
      "A message counts as sent once it is on disk. After a lost connection your browser asks for exactly what it missed: nothing lost, nothing twice, one order for everyone.",
  },
  ON_YOUR_TERMS,
  {
    title: "Dictate, then edit",
    text:
      "Speak, and the words land in the message box, not in the room. Nobody sees them until you have read them and pressed send.",
  },
  {
    title: "JavaScript is optional",
    text:
      "Every page is HTML with ordinary forms, and new messages stream in even with scripts off. With scripts on, the same page comes alive.",
  },
  {
    title: "One command, no accounts",
    text:
      "Storage, speech recognition, face matching, even an outbox in place of a mail server: all in the box. Until you connect a cloud, your team’s words and faces stay on the machine you start it on. Notifications leave it encrypted for the device they go to.",
  },
  {
    title: "Made to be reached",
    text:
      "By keyboard, with a screen reader, on an old phone, in any writing direction, in light and in dark. Every page is checked against WCAG 2.2 AA.",
  },
];

/** What the form that led here did. */
const DONE: Record<string, string> = {
  "delete-account": "Your account was deleted, and the face if one was stored.",
  "sign-out-everywhere": "You are signed out on every device.",
};

export default define.page(({ state, url }) => {
  const done = sentenceFor(DONE, url.searchParams.get("done"));
  const { config } = state.services;
  const reasons = config.faceSignIn === "off"
    ? REASONS.map((reason) => reason === ON_YOUR_TERMS ? TWO_PROOFS : reason)
    : REASONS;
  return (
    <div class="landing">
      <Head>
        <title>ChatSphere: a chat your team runs itself</title>
        <meta
          name="description"
          content="Rooms, live messages and dictation for a small team, on a machine of your own. Works without JavaScript."
        />
        <link key="landing" rel="stylesheet" href={asset("/landing.css")} />
      </Head>
      {done && <Notice answer>{done}</Notice>}
      <section class="hero">
        <div class="stack">
          <h1>A chat your team runs itself</h1>
          <p class="lead">
            Rooms, live messages and dictation, on a machine of your own.{" "}
            {SIGN_IN[config.faceSignIn]}
          </p>
          <p class="actions">
            {state.account
              ? <a class="button" href="/rooms">Open your rooms</a>
              : (
                <>
                  <a class="button" href="/register">Create an account</a>
                  <a class="button button-quiet" href="/login">Sign in</a>
                </>
              )}
          </p>
        </div>
        <SampleRoom />
      </section>
      <section class="reasons" aria-labelledby="why">
        <h2 id="why">What is different</h2>
        <dl>
          {reasons.map(({ title, text }) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section class="start" aria-labelledby="run">
        <h2 id="run">Run your own</h2>
        <p>
          With Node installed, this starts all of it and prints the address to
          open:
        </p>
        <pre tabindex={0}><code>npx -y deno@2.9.6 task start</code></pre>
        <p>
          The <a href="/docs">guide</a>{" "}
          says how to use it, what is promised, and how programs talk to it.
        </p>
      </section>
    </div>
  );
});
