import { Mark } from "./Mark.tsx";

/**
 * The top of every page but the room: the way home, and what the person can do. Fresh marks
 * the link of the present page with aria-current.
 */
export function SiteHeader({ signedIn }: { signedIn: boolean }) {
  return (
    <header class="site-header">
      <a class="wordmark" href="/" aria-label="ChatSphere">
        <Mark />
        <span>ChatSphere</span>
      </a>
      <nav aria-label="Main">
        {signedIn
          ? (
            <>
              <a href="/rooms">Rooms</a>
              <a href="/search">Search</a>
              <a href="/account">Account</a>
              <form method="post" action="/logout">
                <button type="submit">Sign out</button>
              </form>
            </>
          )
          : (
            <>
              <a href="/docs">Guide</a>
              <a href="/login">Sign in</a>
            </>
          )}
      </nav>
    </header>
  );
}
