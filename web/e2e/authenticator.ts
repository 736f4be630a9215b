/** Chromium's authenticator in software, by the DevTools protocol (domain WebAuthn). */
import type { CDPSession, Page } from "playwright-core";

/** An authenticator of one page. */
export interface Virtual {
  /** How many passkeys it has. */
  count(): Promise<number>;
  /** Approves by itself whatever is asked, without a press: also what a page asks quietly. */
  approve(isOn: boolean): Promise<void>;
  forgetAll(): Promise<void>;
}

/** Gives a page an authenticator that keeps passkeys, as a phone or a laptop has one. */
export async function addAuthenticator(page: Page): Promise<Virtual> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send(
    "WebAuthn.addVirtualAuthenticator",
    {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    },
  );
  const all = () => cdp.send("WebAuthn.getCredentials", { authenticatorId });
  return {
    count: async () => (await all()).credentials.length,
    async approve(enabled) {
      await cdp.send("WebAuthn.setAutomaticPresenceSimulation", {
        authenticatorId,
        enabled,
      });
    },
    async forgetAll() {
      await cdp.send("WebAuthn.clearCredentials", { authenticatorId });
    },
  };
}
