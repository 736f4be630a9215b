import { archiveOf } from "../../../accounts/my-data/archive.ts";
import { useTicket } from "../../../accounts/my-data/tickets.ts";
import { personOf } from "../../../http/middleware/person.ts";
import { define } from "../../../utils.ts";

export const handler = define.handlers({
  /** Everything about the person as a ZIP archive. */
  async GET({ state, params }) {
    const { id } = personOf(state);
    await useTicket(state.services, id, params.ticket);
    const day = new Date().toISOString().slice(0, 10);
    return new Response(archiveOf(state.services, id), {
      headers: {
        "content-type": "application/zip",
        "content-disposition": `attachment; filename="chatsphere-${day}.zip"`,
        "cache-control": "no-store",
      },
    });
  },
});
