/** What the browser of a test keeps. */
import type { Page } from "playwright-core";

/** How many recordings this device keeps. */
export const recordingsOnDevice = (page: Page): Promise<number> =>
  page.evaluate(() =>
    new Promise<number>((resolve) => {
      const opening = indexedDB.open("chatsphere-recordings");
      opening.onsuccess = () => {
        const { result: db } = opening;
        if (!db.objectStoreNames.contains("recordings")) {
          db.close();
          return resolve(0);
        }
        const count = db.transaction("recordings").objectStore("recordings")
          .count();
        count.onsuccess = () => {
          db.close();
          resolve(count.result);
        };
      };
    })
  );
