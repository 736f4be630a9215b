/**
 * Has notifications stay until somebody takes them away, as a desktop does. Run it in a page or in
 * a service worker: where there is no desktop to show them, Chromium takes them away after 8 s.
 */
export function keepNotifications(): void {
  // deno-lint-ignore no-explicit-any -- the types of a worker are not those of Deno
  const { prototype } = (globalThis as any).ServiceWorkerRegistration;
  const { showNotification } = prototype;
  prototype.showNotification = function (title: string, options: object) {
    return showNotification.call(this, title, {
      ...options,
      requireInteraction: true,
    });
  };
}
