// See components/NotifyDevices.tsx, which also has the sentences.
const box = document.getElementById("this-device");
const button = box.querySelector("button");
const says = (what) => {
  for (const p of box.querySelectorAll("[data-says]")) {
    p.hidden = p.dataset.says !== what;
  }
};

async function turnOn() {
  if (await Notification.requestPermission() !== "granted") {
    return says("denied");
  }
  await navigator.serviceWorker.register("/sw.js");
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: box.dataset.key,
  });
  const { endpoint, keys } = subscription.toJSON();
  const answer = await fetch("/account/notifications/device", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ endpoint, ...keys }),
  });
  if (!answer.ok) throw 0;
  location.assign("/account/notifications");
}

if (navigator.serviceWorker && globalThis.PushManager) {
  box.hidden = false;
  button.onclick = () => {
    says();
    turnOn().catch(() => says("failed"));
  };
}
