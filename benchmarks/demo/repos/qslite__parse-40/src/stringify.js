// Writes nested query strings, in the order of the object's keys.

/** Query string without a question mark; undefined values are left out. */
export function stringify(value) {
  return pairs(value, "")
    .map(([name, text]) => `${name}=${encodeURIComponent(text)}`)
    .join("&");
}

function pairs(value, prefix) {
  if (value === undefined) return [];
  if (value === null || typeof value !== "object") return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = Array.isArray(value) ? "" : encodeURIComponent(key);
    return pairs(inner, prefix === "" ? name : `${prefix}[${name}]`);
  });
}
