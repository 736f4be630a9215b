// Every island has hooks: in one file with the rest of Preact they are smaller.
import "preact/hooks";

/** What JSX in islands becomes calls of. */
export { Fragment as __Fragment, h as __h } from "preact";
