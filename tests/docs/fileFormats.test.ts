// docs/file-formats.md is written from the schemas that the program prints; `-u` writes it again.
import { join } from "node:path";
import { expect, it } from "vitest";
import { FORMS } from "../../src/cli/forms.js";
import { jsonSchemaOf } from "../../src/cli/verbs/schema.js";
import { ROOT } from "../support/program.js";

interface Node {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly default?: unknown;
}

it("docs/file-formats.md is what the schemas say", async () => {
  const names = Object.keys(FORMS) as (keyof typeof FORMS)[];
  const list = names.map(
    (name) => `| [${name}](#${name}) | ${FORMS[name].title} | ${escaped(FORMS[name].description)} |`,
  );
  const pages = names.map((name) => sectionOf(name));
  const text = [HEAD, "| name | what it is | where |\n|---|---|---|", ...list].join("\n");
  await expect(`${text}\n\n${pages.join("\n")}`).toMatchFileSnapshot(join(ROOT, "docs/file-formats.md"));
});

const HEAD = `# File formats

Written from the program's own schemas by \`npx vitest run tests/docs/fileFormats.test.ts -u\`; a test holds every verb's output and every file of a run to them.

\`\`\`sh
bestk schema
bestk schema evidence
bestk schema evidence --read
\`\`\`

\`bestk schema NAME\` prints the JSON Schema (draft 2020-12). What bestk writes has no other fields than these. What it reads may have others, which are passed over, and fields with a default may be left out: \`--read\` prints that form, for files of your own making. The number in \`"schema": "bestk.….1"\` rises when a field changes its meaning or goes; fields may be added.

JSONL files hold one value a line. Everything is UTF-8. A *signal* is \`{"status":"ok","value":0.81}\` or \`{"status":"unavailable","reason":"timeout","message":"…"}\`; [reading-a-report.md](reading-a-report.md) lists the reasons.
`.replace("bestk.….1", "bestk.NAME/1");

function sectionOf(name: keyof typeof FORMS): string {
  const { title, description, use } = FORMS[name];
  const schema = jsonSchemaOf(name, false) as Node;
  const rows = rowsOf(schema, "", 0);
  const told = use === "both" ? "written and read" : use;
  return `## ${name}\n\n${title}: ${escaped(description)} (${told}).\n\n| field | type | |\n|---|---|---|\n${rows.join("\n")}\n`;
}

const DEEPEST = 4;

function rowsOf(node: Node, path: string, depth: number): readonly string[] {
  if (depth > DEEPEST || isSignal(node)) return [];
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined)
    return choices.filter(({ type }) => type !== "null").flatMap((one) => rowsOf(one, path, depth));
  if (node.items !== undefined) return rowsOf(node.items, `${path}[]`, depth);
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const optional = node.required?.includes(key) === true ? "" : ", optional";
    const row = `| \`${at}\` | ${typeOf(child)}${optional} | ${escaped(meaningOf(child))} |`;
    return [row, ...rowsOf(child, at, depth + 1)];
  });
  const others = node.additionalProperties;
  return typeof others === "object" ? [...own, ...rowsOf(others, `${path}.*`, depth + 1)] : own;
}

/** Told once, at the top of the page. */
function isSignal({ oneOf }: Node): boolean {
  return oneOf?.[0]?.properties?.status?.const === "ok";
}

function typeOf(node: Node): string {
  if (isSignal(node)) return "signal";
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeOf))].join(" or ");
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  if (node.enum !== undefined)
    return node.enum.map((word) => (word === null ? "null" : `\`${String(word)}\``)).join(" ");
  if (node.type === "array") return `list of ${node.items === undefined ? "anything" : typeOf(node.items)}`;
  if (node.type === "object" && node.properties === undefined && typeof node.additionalProperties === "object") {
    return `map to ${typeOf(node.additionalProperties)}`;
  }
  const words = node.type === undefined ? ["anything"] : typeof node.type === "string" ? [node.type] : node.type;
  return words.join(" or ");
}

function meaningOf(node: Node): string {
  const fallback = node.default === undefined ? "" : `default \`${JSON.stringify(node.default)}\``;
  return [node.description ?? "", fallback].filter((part) => part !== "").join("; ");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
