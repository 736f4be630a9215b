import { signInFirst } from "../../http/middleware/person.ts";

export default signInFirst;
