// Writes comma-separated values, quoting only the fields that need it.

/** Text of the rows, each ended by a line break. */
export function stringify(rows, { delimiter = "," } = {}) {
  return rows.map((row) => `${row.map((field) => quote(String(field), delimiter)).join(delimiter)}\n`).join("");
}

function quote(field, delimiter) {
  const needed = field.includes(delimiter) || /["\r\n]/.test(field);
  return needed ? `"${field.replaceAll('"', '""')}"` : field;
}
