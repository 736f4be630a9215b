import {
  BODIES,
  type Body,
  type Method,
  ROUTES,
  type Row,
  type Who,
} from "./table.ts";

/** What the table says of a matched route. */
export const rowOf = (route: string | null): Row | undefined =>
  route !== null && Object.hasOwn(ROUTES, route) ? ROUTES[route] : undefined;

/** Who may ask a route for this. */
export const whoFor = ({ who, but }: Row, method: Method): Who =>
  but?.[method] ?? who;

const bodies = new WeakMap<Request, Body>();

/** What a request may carry is known to whatever reads it. */
export function boundBody(req: Request, body: Body): void {
  bodies.set(req, body);
}

/** What a request may carry; a form of text where nothing was said. */
export const bodyOf = (req: Request): Body => bodies.get(req) ?? "text";

/** The most bytes a request may carry. */
export const bytesFor = (req: Request): number => BODIES[bodyOf(req)];
