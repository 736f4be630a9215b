import { Mark } from "./Mark.tsx";

/** The top of every page but the room: the way home, and what the person can do. */
export function SiteHeader({ signedIn, path }: {
  signedIn: boolean;
  path: string;
}) {
  const current = (href: string) => path === href ? "page" : undefined;
  return (
    <header class="site-header">
      <a class="wordmark" href="/">
        <Mark />
        <span>ChatSphere</span>
      </a>
      <nav aria-label="Main">
        {signedIn
          ? (
            <>
              <a href="/rooms" aria-current={current("/rooms")}>Rooms</a>
              <a href="/account" aria-current={current("/account")}>Account</a>
              <form method="post" action="/logout">
                <button type="submit">Sign out</button>
              </form>
            </>
          )
          : (
            <>
              <a href="/docs" aria-current={current("/docs")}>Guide</a>
              <a href="/login" aria-current={current("/login")}>Sign in</a>
            </>
          )}
      </nav>
    </header>
  );
}
