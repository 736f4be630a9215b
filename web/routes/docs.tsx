import type { VNode } from "preact";
import { page } from "fresh";
import { asset, Head } from "fresh/runtime";
import type { Config } from "../config.ts";
import { Command, DocsApi } from "../components/DocsApi.tsx";
import { DocsFaces } from "../components/DocsFaces.tsx";
import { DocsPromises } from "../components/DocsPromises.tsx";
import { Title } from "../components/Title.tsx";
import { shownOrigin } from "../reached.ts";
import { define } from "../utils.ts";

export const handler = define.handlers({
  GET(ctx) {
    const { config } = ctx.state.services;
    const { speechUrl, faceLiveness, faceSignIn } = config;
    const origin = shownOrigin(ctx, config);
    return page({ origin, speechUrl, faceLiveness, faceSignIn });
  },
});

const SIGN_UP: Record<Config["faceSignIn"], VNode> = {
  required: (
    <>
      <strong>Sign up</strong>{" "}
      with a name, an e-mail, a password and a photo of your face. With scripts
      on, the camera takes it; otherwise choose a JPEG.
    </>
  ),
  offered: (
    <>
      <strong>Sign up</strong>{" "}
      with a name, an e-mail, a password, and a photo of your face, a passkey or
      a code by e-mail. With scripts on, the camera takes the photo; otherwise
      choose a JPEG.
    </>
  ),
  off: (
    <>
      <strong>Sign up</strong>{" "}
      with a name, an e-mail, a password, and a passkey or the code we mail you.
    </>
  ),
};

const CHAPTERS = [
  ["start", "Start it"],
  ["use", "Use it"],
  ["faces", "What happens to your face"],
  ["messages", "What happens to a message"],
  ["api", "The API"],
];

export default define.page<typeof handler>(({ data, state }) => (
  <div class="docs">
    <Title text="Guide" />
    <Head>
      <link key="landing" rel="stylesheet" href={asset("/landing.css")} />
    </Head>
    <nav class="docs-nav" aria-label="On this page">
      <ul class="docs-chapters">
        {CHAPTERS.map(([id, name]) => (
          <li key={id}>
            <a href={`#${id}`}>{name}</a>
          </li>
        ))}
      </ul>
    </nav>
    <div class="docs-text stack">
      <h1>Guide</h1>
      <section class="stack" aria-labelledby="start">
        <h2 id="start">Start it</h2>
        <p>
          In the folder of the project, on a machine with Node:
        </p>
        <Command label="Start ChatSphere">npx -y deno@2.9.6 task start</Command>
        <p>
          Nothing else needs to be set up. Accounts, rooms and photos are kept
          in <code>.data</code>. As long as no mail server is set with{" "}
          <code>SMTP_URL</code>, invitations and codes are not sent but kept in
          {" "}
          <a href="/outbox">the outbox</a>, which only this machine shows.
        </p>
      </section>
      <section class="stack" aria-labelledby="use">
        <h2 id="use">Use it</h2>
        <ol>
          <li>{SIGN_UP[data.faceSignIn]}</li>
          <li>
            <strong>Make a room</strong>{" "}
            and invite people from its members page, also those without an
            account: each invitation by e-mail works once, within 7 days, and a
            link for as many people and days as you choose.
          </li>
          <li>
            <strong>Write.</strong>{" "}
            Enter sends, Shift and Enter begins a new line.{" "}
            <code>**Bold**</code>, <code>*italic*</code>,{" "}
            <code>~~crossed out~~</code>, <code>`code`</code>,{" "}
            <code>[words](https://…)</code>, <code>&gt; quotes</code> and{" "}
            <code>- lists</code>{" "}
            look like what they are; three backticks enclose several lines of
            code. <code>:tada:</code>{" "}
            becomes 🎉, and any emoji can be a reaction. While you are offline,
            messages wait and go out when you are back.
          </li>
          <li>
            <strong>Send pictures and files</strong>{" "}
            with the paper clip, or drop or paste them. Pictures go out without
            the place and the camera they were taken with.
          </li>
          <li>
            <strong>Dictate, or send your voice</strong>{" "}
            with the microphone button: press it, or hold it while you speak.
            The text lands in the message box, where you correct it before
            sending. Your voice goes with it, unless you send the text only.
            Press a word of a voice note to hear it from there. In your account
            you choose your language, whether you say “comma” and “new line”,
            and words of your own.
          </li>
          <li>
            <strong>Find it again</strong>{" "}
            with the search of one room or of all. Names, dates and kinds can be
            searched for as well: <code>from:ada</code>,{" "}
            <code>after:2026-11-30</code>, <code>has:file</code>.
          </li>
          <li>
            <strong>Install it</strong>{" "}
            from your browser’s menu. Then it opens without a network, too, and
            other apps can share links and files into a room.
          </li>
        </ol>
        <p>
          Forgot your password? <a href="/login/forgot">Ask for a link</a>{" "}
          by e-mail that lets you choose another. If you have stored a face or a
          passkey, the next sign-in must show it, or take a recovery code, so
          your mailbox alone is not enough for anyone to get in. Without them it
          is: whoever reads your e-mail can choose a new password and receive
          the code.
        </p>
        <p>
          Without JavaScript all of this works too, as long as there is a
          network. To dictate, you then hand in a recording, which you can send
          along with its words, and new messages appear in a frame below the
          list. Only passkeys and notifications on a device need scripts.
        </p>
      </section>
      <DocsFaces
        engine={state.services.faces.name}
        liveness={data.faceLiveness}
        signIn={data.faceSignIn}
      />
      <DocsPromises />
      <DocsApi origin={data.origin} transcriber={data.speechUrl} />
    </div>
  </div>
));
