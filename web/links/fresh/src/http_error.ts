/**
 * An error that means an HTTP status. Thrown anywhere below a route, it is
 * rendered by the nearest `_error` page with that status.
 */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = this.constructor.name;
    this.status = status;
  }
}
