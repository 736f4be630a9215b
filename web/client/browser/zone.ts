/**
 * What the browser knows of zones and languages takes long to load, a quarter of a second on a slow
 * phone, but it is loaded once for all threads. So another one does it.
 */

/** So long that is waited for at most, should there be no other thread: ms. */
const LONGEST = 2_000;

const LOAD =
  `let c=new Intl.DateTimeFormat(navigator.language,{hour:"numeric",minute:"2-digit"});` +
  `c.format();postMessage(c.resolvedOptions().timeZone)`;

/**
 * Once it is there, or cannot be had in this way. Tells the server the person's time zone, for the
 * pages it draws from now on.
 */
export const loadZone = (): Promise<unknown> =>
  new Promise((done) => {
    setTimeout(done, LONGEST);
    const url = URL.createObjectURL(new Blob([LOAD]));
    const thread = new Worker(url);
    thread.onerror = done;
    thread.onmessage = ({ data }) => {
      document.cookie = `zone=${data};path=/;max-age=31536000;samesite=lax`;
      URL.revokeObjectURL(url);
      thread.terminate();
      done(data);
    };
  });
