import { openRoom } from "../../web/client/room.ts";
export { openRoom };
