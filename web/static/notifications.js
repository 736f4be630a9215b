// See components/NotifyDevices.tsx, which also has the sentences.
const box = document.getElementById("this-device");
const button = box.querySelector("button");
const says = (what) => {
  for (const p of box.querySelectorAll("[data-says]")) {
    p.hidden = p.dataset.says !== what;
  }
};

/** Tells the server of this browser's subscription, or asks whether it sends to that. */
function tell(method, subscription) {
  const { endpoint, keys } = subscription.toJSON();
  return fetch("/account/notifications/device", {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ endpoint, ...keys }),
  });
}

async function subscribed() {
  const registration = await navigator.serviceWorker.getRegistration();
  return await registration?.pushManager.getSubscription();
}

async function look() {
  const subscription = await subscribed();
  if (!subscription) return;
  const { status } = await tell("PATCH", subscription);
  button.parentElement.hidden = status === 204;
  if (status < 300) says(status === 204 ? "on" : "ended");
}

async function turnOn() {
  if (await Notification.requestPermission() !== "granted") {
    return says("denied");
  }
  await navigator.serviceWorker.register("/sw.js");
  const registration = await navigator.serviceWorker.ready;
  // One that has ended, or is for another key, would come back.
  await (await subscribed())?.unsubscribe();
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: box.dataset.key,
  });
  if (!(await tell("POST", subscription)).ok) throw 0;
  location.assign("/account/notifications");
}

if (navigator.serviceWorker && globalThis.PushManager) {
  box.hidden = false;
  look().catch(() => {});
  button.onclick = () => {
    says();
    turnOn().catch(() => says("failed"));
  };
}
