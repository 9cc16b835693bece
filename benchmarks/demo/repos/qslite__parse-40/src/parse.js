// Reads nested query strings: "a[b]=1" is { a: { b: "1" } }, "a[]=1&a[]=2" is { a: ["1", "2"] }.

/** Plain object of a query string, with or without its question mark. */
export function parse(query) {
  const result = {};
  for (const pair of query.replace(/^\?/, "").split("&")) {
    if (pair === "") continue;
    const [name, ...value] = pair.split("=");
    assign(result, keysOf(decode(name)), decode(value.join("=")));
  }
  return result;
}

/** "a[b][]" is ["a", "b", ""]. */
function keysOf(name) {
  const [head] = name.split("[", 1);
  return [head, ...[...name.matchAll(/\[([^\]]*)\]/g)].map(([, key]) => key)];
}

function assign(target, keys, value) {
  let node = target;
  keys.forEach((key, index) => {
    const name = key === "" && Array.isArray(node) ? node.length : key;
    if (index === keys.length - 1) {
      node[name] = value;
    } else {
      node[name] ??= keys[index + 1] === "" ? [] : {};
      node = node[name];
    }
  });
}

function decode(text) {
  return decodeURIComponent(text.replaceAll("+", " "));
}
