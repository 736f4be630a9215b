import { SiteHeader } from "./SiteHeader.tsx";
import { Title } from "./Title.tsx";

/** What was written when the session had ended: nothing is lost, and how to go on. */
export function Unsent({ path, content }: { path: string; content: string }) {
  return (
    <>
      <SiteHeader signedIn={false} />
      <main id="main">
        <div class="column column-narrow stack">
          <Title text="You are signed out" failed />
          <h1>You are signed out</h1>
          <p>
            Your message was not sent. Copy it, sign in, and send it from the
            room.
          </p>
          <textarea
            class="input"
            rows={6}
            readOnly
            dir="auto"
            aria-label="Your message"
          >
            {content}
          </textarea>
          <p class="actions">
            <a class="button" href={`/login?next=${encodeURIComponent(path)}`}>
              Sign in
            </a>
          </p>
        </div>
      </main>
    </>
  );
}
