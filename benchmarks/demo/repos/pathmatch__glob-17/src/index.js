export { filter, match } from "./match.js";
export { toRegExp } from "./toRegExp.js";
