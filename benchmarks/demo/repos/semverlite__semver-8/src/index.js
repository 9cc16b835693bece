export { maxSatisfying, satisfies } from "./range.js";
export { compare, parse } from "./version.js";
