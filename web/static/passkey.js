// See components/PasskeyForm.tsx, which also has the sentences.
const Key = globalThis.PublicKeyCredential;
const isAble = Key?.parseRequestOptionsFromJSON &&
  Key.parseCreationOptionsFromJSON;
let quiet = new AbortController();

async function ask(form, more) {
  const answer = await fetch("/passkey", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      purpose: form.dataset.passkey,
      password: form.elements.password?.value,
    }),
  });
  const options = await answer.json();
  if (!answer.ok) throw { sentence: options.error.message };
  return await (options.user
    ? navigator.credentials.create({
      publicKey: Key.parseCreationOptionsFromJSON(options),
    })
    : navigator.credentials.get({
      publicKey: Key.parseRequestOptionsFromJSON(options),
      ...more,
    }));
}

function send(form, credential) {
  form.elements.passkey.value = JSON.stringify(credential);
  form.submit();
}

// The browser's own list under the e-mail field; a challenge does not live as long as a page.
async function offer(form) {
  for (;;) {
    quiet = new AbortController();
    const { signal } = quiet;
    const timer = setTimeout(() => quiet.abort("again"), 240_000);
    try {
      return send(form, await ask(form, { mediation: "conditional", signal }));
    } catch {
      if (signal.reason !== "again") return;
    } finally {
      clearTimeout(timer);
    }
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("[role=alert]");
  const say = (sentence) => said.textContent = sentence;
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (form.ariaBusy) return;
    form.ariaBusy = "true";
    say("");
    quiet.abort();
    try {
      send(form, await ask(form));
    } catch ({ name, sentence }) {
      const { cancelled, twice, failed } = form.dataset;
      say(
        sentence ??
          { NotAllowedError: cancelled, InvalidStateError: twice }[name] ??
          failed,
      );
    } finally {
      form.ariaBusy = null;
    }
  };
  if (!isAble) {
    say(form.hidden ? "" : form.dataset.missing);
    continue;
  }
  const isQuiet = form.hidden;
  form.hidden = false;
  if (isQuiet && await Key.isConditionalMediationAvailable?.()) offer(form);
}
