/** What people read where somebody wrote whose account is gone. */
export const DELETED_PERSON = "Deleted person";
