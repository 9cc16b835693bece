import { toRegExp } from "./toRegExp.js";

/** Whether a path (with "/") matches a pattern. */
export function match(pattern, path) {
  return toRegExp(pattern).test(path);
}

/** The paths that match, in their order. */
export function filter(pattern, paths) {
  const expression = toRegExp(pattern);
  return paths.filter((path) => expression.test(path));
}
