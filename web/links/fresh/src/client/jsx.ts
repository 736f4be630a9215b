/** What JSX in islands becomes calls of. */
export { Fragment as __Fragment, h as __h } from "preact";
