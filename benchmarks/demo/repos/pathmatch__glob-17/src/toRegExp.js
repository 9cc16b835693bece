// Turns a glob pattern into a regular expression, one token after the other.
const TOKEN = /\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{/g;

/** Expression that matches whole paths. */
export function toRegExp(pattern) {
  const source = pattern.match(TOKEN)?.map(translate).join("") ?? "";
  return new RegExp(`^${source}$`);
}

function translate(token) {
  if (token === "**") return ".*";
  if (token === "*") return "[^/]*";
  if (token === "?") return "[^/]";
  if (/^\{.*\}$/.test(token)) return `(?:${token.slice(1, -1).split(",").map(escape).join("|")})`;
  return escape(token);
}

function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
