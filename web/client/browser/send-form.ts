/** Sends the form around a camera without leaving the page, so that its photo is not lost. */

/** Fields whose text a server never gives back. */
const SECRET = "input[type=password]";

/**
 * Sends `form` and follows the redirect a form that was taken ends in. One that comes back shows
 * what was wrong, and everything in it stays, except that `keep` is not touched.
 *
 * @param keep the part of the form that holds the photo.
 * @returns what the page that came back says of that part, if anything.
 * @throws {Error} when there was no answer, or one that is not this form: the browser is to send it.
 */
export async function sendForm(
  form: HTMLFormElement,
  keep: Element,
): Promise<Element | null> {
  const body = new FormData(form);
  const response = await fetch(form.action, { method: "POST", body });
  if (response.redirected) {
    location.href = response.url;
    // The page is on its way out: nothing more is to happen in it.
    return await new Promise<never>(() => {});
  }
  const page = new DOMParser()
    .parseFromString(await response.text(), "text/html");
  const action = form.getAttribute("action");
  const next = [...page.forms].find((one) =>
    one.getAttribute("action") === action
  );
  const place = next?.querySelector(".camera")?.closest("fieldset");
  if (!next || !place) throw new Error("another page");
  const secrets = [...form.querySelectorAll<HTMLInputElement>(SECRET)];
  secrets.forEach(({ name, value }) => {
    next.querySelector<HTMLInputElement>(`[name=${name}]`)!.value = value;
  });
  next.querySelector("[data-lost]")?.remove();
  const all = [...next.children];
  const at = all.indexOf(place);
  for (const old of [...form.children]) if (old !== keep) old.remove();
  keep.before(...all.slice(0, at));
  keep.after(...all.slice(at + 1));
  document.title = page.title;
  form.querySelector<HTMLElement>("[autofocus]")?.focus();
  return place.querySelector(".error");
}
