import { signInFirst } from "../../http/person.ts";

export default signInFirst;
