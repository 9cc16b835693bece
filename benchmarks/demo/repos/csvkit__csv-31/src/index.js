export { parse, parseObjects } from "./parse.js";
export { stringify } from "./stringify.js";
