import type { BodyShare } from "../../realtime/common/body-budget.ts";
import type { Caller } from "../access/auth.ts";
import type { Row } from "../access/table.ts";

/** What the middlewares tell the handlers. */
export interface Env {
  Variables: {
    requestId: string;
    /** Aborted when the client goes away. */
    gone: AbortSignal;
    caller: Caller;
    /** What the table says of the route. */
    row: Row;
    /** What this request holds of the budget for bodies. */
    share: BodyShare;
    /** The code of the error answered, for the log. */
    code?: string;
  };
}
