// Reads comma-separated values in one pass over the text.

/** Rows of fields. A last line without a line break counts; an empty text has no rows. */
export function parse(text, { delimiter = "," } = {}) {
  const rows = [];
  let row = [];
  let field = "";
  let quoted = false;
  let i = 0;
  while (i < text.length) {
    const char = text[i];
    if (char === '"') {
      quoted = !quoted;
      i += 1;
    } else if (quoted) {
      field += char;
      i += 1;
    } else if (char === delimiter) {
      row.push(field);
      field = "";
      i += 1;
    } else if (char === "\n" || char === "\r") {
      row.push(field);
      rows.push(row);
      row = [];
      field = "";
      i += char === "\r" && text[i + 1] === "\n" ? 2 : 1;
    } else {
      field += char;
      i += 1;
    }
  }
  if (field !== "" || row.length > 0) {
    row.push(field);
    rows.push(row);
  }
  return rows;
}

/** One object a row, named by the first row. */
export function parseObjects(text, options) {
  const [names = [], ...rows] = parse(text, options);
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ""])));
}
