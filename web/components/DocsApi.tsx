import type { ComponentChildren } from "preact";

/** A command to copy; it can be scrolled with the keyboard. */
export function Command({ children, label }: {
  children: string;
  label: string;
}) {
  return <pre tabindex={0} aria-label={label}><code>{children}</code></pre>;
}

function Call({ name, children }: {
  name: string;
  children: ComponentChildren;
}) {
  return (
    <>
      <dt>
        <code>{name}</code>
      </dt>
      <dd>{children}</dd>
    </>
  );
}

/** The guide's chapter for programs: the API with examples that run as they stand. */
export function DocsApi({ origin, transcriber }: {
  origin: string;
  transcriber: string;
}) {
  return (
    <section class="stack" aria-labelledby="api">
      <h2 id="api">The API</h2>
      <p>
        JSON in and out, with the same rules as the pages. Sign in once and keep
        the cookies:
      </p>
      <Command label="Sign in with curl">
        {`curl ${origin}/api/login -c cookies.txt \\
  -H 'content-type: application/json' \\
  -d "{\\"email\\": \\"amara@example.com\\", \\"password\\": \\"…\\",
       \\"faceImage\\": \\"data:image/jpeg;base64,$(base64 -w0 me.jpg)\\"}"`}
      </Command>
      <p>
        Without <code>faceImage</code>, or where <code>FACE_LIVENESS</code>{" "}
        is on, the answer is 202 and the cookie is good for sending the face
        within 5 minutes, and for nothing else.
      </p>
      <Command label="Make a room, write and read with curl">
        {`curl ${origin}/api/chat -b cookies.txt \\
  -H 'content-type: application/json' \\
  -d '{"name": "Bakery", "emails": ["jonas@example.com"]}'

curl ${origin}/api/messages -b cookies.txt \\
  -H 'content-type: application/json' \\
  -d '{"roomId": "…", "clientId": "a-name-you-choose", "content": "Hello"}'

curl '${origin}/api/messages?roomId=…&limit=20' -b cookies.txt`}
      </Command>
      <dl class="calls">
        <Call name="POST /api/registry">
          <code>{"{name, email, password, faceImage, consent: true}"}</code>
          {" "}
          makes an account and signs in. <code>faceImage</code>{" "}
          is a JPEG data URL, or up to three.
        </Call>
        <Call name="POST /api/login">
          <code>{"{email, password, faceImage}"}</code>{" "}
          signs in, in one step or, without{" "}
          <code>faceImage</code>, in two. With liveness it is always two: the
          first answers{" "}
          <code>{'{"challenge": {"turn": "left" | "right"}}'}</code>, the second
          takes a <code>faceImage</code>{" "}
          of two pictures, straight ahead and with the head turned to that side
          of one’s own. After <code>liveness-failed</code> or{" "}
          <code>face-mismatch</code>{" "}
          another side may be asked for: take the first step again to be told.
          Where the face matches, but not clearly, the answer is 202 with{" "}
          <code>{'{"next": "code", "why": "face-unclear"}'}</code>{" "}
          and a code goes out by e-mail: send it as <code>code</code>.
        </Call>
        <Call name="POST, GET /api/chat">
          <code>{"{name, emails?}"}</code>{" "}
          makes a room; GET lists yours, or with <code>?chatId=</code>{" "}
          shows one with its members.
        </Call>
        <Call name="POST, PATCH /api/invitations">
          <code>{"{roomId, email}"}</code> invites;{" "}
          <code>{'{code, status: "accepted" | "rejected"}'}</code> answers.
        </Call>
        <Call name="GET, POST /api/messages">
          GET takes <code>roomId</code>, <code>before</code>, <code>after</code>
          {" "}
          and <code>limit</code>. Repeating a POST with the same{" "}
          <code>clientId</code> gives the first message again.
        </Call>
        <Call name="POST /api/token">
          <code>{'{audience: "realtime" | "transcriber"}'}</code>{" "}
          gives a token for 5 minutes, for the WebSocket or for dictation.
          Signing out closes the WebSockets of that session with 4401, and their
          tokens are over.
        </Call>
      </dl>
      <p>
        Errors are{" "}
        <code>{'{"error": {"code", "message", "fields"?}}'}</code>; codes never
        change, messages are for people. Speech becomes text at{" "}
        <a href={`${transcriber}/docs`}>the transcriber</a>, which documents
        itself.
      </p>
    </section>
  );
}
