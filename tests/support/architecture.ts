// The design's rules about source files as pure functions over parsed sources, so that a test can plant violations.
import { posix } from "node:path";
import ts from "typescript";

/** A file of `src/`, by its path from there ("select/hybrid.ts"). */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly rule: RuleName;
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

export type RuleName = keyof typeof RULES;

/** Lower floors first. `index.ts` counts as a folder of its own on the top floor. */
const FLOORS: readonly (readonly string[])[] = [
  ["core"],
  ["patch", "rollouts", "tables", "parsers", "sandbox", "llm"],
  ["reward", "select"],
  ["verify", "grade"],
  ["study", "testgen"],
  ["report"],
  ["run"],
  ["cli", "index.ts"],
];

/** Package → where it may be imported, and by how many files. */
const ONLY_IMPORTERS: Readonly<Record<string, { readonly within: string; readonly files: number }>> = {
  dockerode: { within: "sandbox/", files: 1 },
  "onnxruntime-node": { within: "reward/session.ts", files: 1 },
  "@xenova/transformers": { within: "reward/", files: 1 },
};

const READS_GROUND_TRUTH: readonly string[] = ["rollouts", "tables", "grade", "study", "report"];

/** Names under which real files carry ground truth; `resolved` is looked at apart, for it is a common word. */
const GROUND_TRUTH: ReadonlySet<string> = new Set([
  "resolved_label",
  "FAIL_TO_PASS",
  "PASS_TO_PASS",
  "test_patch",
  "gold_patch",
  "eval_script",
  "eval_sh",
  "success_id",
  "eval_outcomes",
  "gt_rewards",
  "hints_text",
]);

/** Folders that own the clock, randomness, the process and its output. */
const IMPURE_FOLDERS: readonly string[] = ["cli", "run"];

const IMPURE_NAMES: ReadonlySet<string> = new Set(["process.exit", "process.env", "Date.now", "Math.random"]);

/** Files that a process is started with: they alone do work when loaded. */
const ENTRY_FILES: readonly string[] = ["cli/main.ts", "reward/sessionProcess.ts"];

const MAX_LINES = 300;

interface Parsed extends SourceText {
  readonly folder: string;
  readonly tree: ts.SourceFile;
}

type Report = (node: ts.Node | number, message: string) => void;

const RULES = {
  floors: checkFloors,
  importers: checkImporters,
  "ground-truth": checkGroundTruth,
  length: checkLength,
  "first-line": checkFirstLine,
  purity: checkPurity,
  exports: checkExports,
  "import-work": checkImportWork,
  names: checkNames,
  shortcuts: checkShortcuts,
} satisfies Record<string, (file: Parsed, report: Report, all: readonly Parsed[]) => void>;

export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];

/** Everything in these files that breaks a rule, in the order of rules, then files. */
export function violationsOf(sources: readonly SourceText[]): readonly Violation[] {
  const files = sources.map(parse);
  return RULE_NAMES.flatMap((rule) =>
    files.flatMap((file) => {
      const found: Violation[] = [];
      const report: Report = (at, message) => {
        found.push({ rule, path: file.path, line: typeof at === "number" ? at : lineOf(file, at), message });
      };
      RULES[rule](file, report, files);
      return found;
    }),
  );
}

function parse({ path, text }: SourceText): Parsed {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, kind);
  return { path, text, tree, folder: path.split("/")[0] ?? "" };
}

function lineOf({ tree }: Parsed, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

function checkFloors(file: Parsed, report: Report): void {
  const own = floorOf(file.folder);
  if (own === -1) report(1, `folder ${file.folder}/ is on no floor`);
  for (const { node, specifier } of importsOf(file)) {
    if (!specifier.startsWith(".")) continue;
    const target = posix.join(posix.dirname(file.path), specifier);
    const folder = target === "index.js" ? "index.ts" : (target.split("/")[0] ?? "");
    if (folder === "..") {
      // The version is read where it stands: the manifest is two folders up from src/cli/ and from dist/cli/ alike.
      if (file.folder !== "cli" || target !== "../package.json") report(node, `imports ${specifier} from outside src/`);
    } else if (own !== -1 && folder !== file.folder && floorOf(folder) >= own) {
      report(node, `${file.folder} (floor ${own}) imports ${folder} (floor ${floorOf(folder)})`);
    } else if (file.path.startsWith("report/app/") && folder !== "core" && !target.startsWith("report/app/")) {
      report(node, `the page imports ${target}: it may use core/ types only`);
    }
  }
}

function floorOf(folder: string): number {
  return FLOORS.findIndex((folders) => folders.includes(folder));
}

function checkImporters(file: Parsed, report: Report, all: readonly Parsed[]): void {
  for (const [name, { within, files }] of Object.entries(ONLY_IMPORTERS)) {
    const own = importsOf(file).find(({ specifier }) => isPackage(specifier, name));
    if (own === undefined) continue;
    if (!file.path.startsWith(within)) report(own.node, `${name} is imported outside ${within}`);
    const importers = all.filter((other) => importsOf(other).some(({ specifier }) => isPackage(specifier, name)));
    if (importers.length > files) report(own.node, `${name} has ${importers.length} importers, at most ${files} may`);
  }
}

function isPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

function checkGroundTruth(file: Parsed, report: Report): void {
  if (READS_GROUND_TRUTH.includes(file.folder)) return;
  visit(file.tree, (node) => {
    if ((ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && GROUND_TRUTH.has(node.text)) {
      report(node, `${node.text} is ground truth`);
    }
    if (readsResolved(node)) report(node, "resolved is ground truth");
  });
}

/** `x.resolved`, `x["resolved"]` and `{ resolved } = x`: reading a label, not a variable that has the same name. */
function readsResolved(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === "resolved";
  if (ts.isElementAccessExpression(node)) {
    return ts.isStringLiteralLike(node.argumentExpression) && node.argumentExpression.text === "resolved";
  }
  if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return false;
  const name = node.propertyName ?? node.name;
  return (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) && name.text === "resolved";
}

function checkLength(file: Parsed, report: Report): void {
  const lines = file.text.replace(/\n$/, "").split("\n").length;
  if (lines > MAX_LINES) report(MAX_LINES + 1, `${lines} lines, at most ${MAX_LINES} are allowed`);
}

function checkFirstLine(file: Parsed, report: Report): void {
  const lines = file.text.split("\n");
  const opening = lines[0]?.startsWith("#!") ? lines[1] : lines[0];
  if (!/^\/\/ \S/.test(opening ?? "")) report(1, "the first line does not say what the file decides and why");
}

function checkPurity(file: Parsed, report: Report): void {
  if (IMPURE_FOLDERS.includes(file.folder) || file.path.startsWith("report/app/")) return;
  visit(file.tree, (node) => {
    if (ts.isPropertyAccessExpression(node)) {
      const text = `${node.expression.getText(file.tree)}.${node.name.text}`;
      if (IMPURE_NAMES.has(text.replace(/^globalThis\./, ""))) report(node, `${text} belongs to cli/ and run/`);
    }
    if (ts.isIdentifier(node) && node.text === "console") report(node, "console belongs to cli/ and run/");
    if (ts.isNewExpression(node) && node.expression.getText(file.tree) === "Date" && !node.arguments?.length) {
      report(node, "new Date() reads the clock, which belongs to cli/ and run/");
    }
  });
}

function checkExports(file: Parsed, report: Report): void {
  for (const statement of file.tree.statements) {
    if (ts.isExportAssignment(statement) || hasModifier(statement, ts.SyntaxKind.DefaultKeyword)) {
      report(statement, "default export: only named ones are used");
    }
    if (!ts.isExportDeclaration(statement)) continue;
    const clause = statement.exportClause;
    if (clause === undefined) report(statement, "export *: names are written out");
    else if (ts.isNamedExports(clause) && clause.elements.some(({ name }) => name.text === "default")) {
      report(statement, "default export: only named ones are used");
    }
  }
}

function checkImportWork(file: Parsed, report: Report): void {
  if (ENTRY_FILES.includes(file.path) || file.path.startsWith("report/app/")) return;
  for (const statement of file.tree.statements) {
    const declares =
      ts.isImportDeclaration(statement) ||
      ts.isExportDeclaration(statement) ||
      ts.isExportAssignment(statement) ||
      ts.isVariableStatement(statement) ||
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      ts.isModuleDeclaration(statement);
    if (!declares || containsAwait(statement)) report(statement, "work at import: a file only declares");
  }
}

function containsAwait(statement: ts.Statement): boolean {
  let found = false;
  const walk = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isAwaitExpression(node)) found = true;
    ts.forEachChild(node, walk);
  };
  walk(statement);
  return found;
}

function checkNames(file: Parsed, report: Report): void {
  const name = posix.basename(file.path).replace(/(\.d)?\.tsx?$/, "");
  const camelCase = file.path.startsWith("report/app/") ? /^[A-Za-z][A-Za-z0-9]*$/ : /^[a-z][A-Za-z0-9]*$/;
  if (!camelCase.test(name)) report(1, `${name} is not camelCase`);
  if (/^(utils?|helpers?|misc|common)$/i.test(name)) report(1, `${name} says nothing about what the file decides`);
}

function checkShortcuts(file: Parsed, report: Report): void {
  visit(file.tree, (node) => {
    const toAny = ts.isAsExpression(node) && node.type.kind === ts.SyntaxKind.AnyKeyword;
    if (toAny) report(node, "a cast to any");
  });
  const words = /@ts-(ignore|nocheck|expect-error)|biome-ignore|\b(TODO|FIXME|XXX)\b/;
  file.text.split("\n").forEach((line, index) => {
    const found = words.exec(line)?.[0];
    if (found !== undefined) report(index + 1, `${found} left in the file`);
  });
}

interface Import {
  readonly node: ts.Node;
  readonly specifier: string;
}

/** Static and dynamic imports, re-exports, `import("x")` types and `require("x")`. */
function importsOf(file: Parsed): readonly Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push({ node, specifier: specifier.text });
  };
  visit(file.tree, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node, node.moduleSpecifier);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal);
    if (!ts.isCallExpression(node)) return;
    const callee = node.expression;
    const loads =
      callee.kind === ts.SyntaxKind.ImportKeyword || /^require(\.resolve)?$/.test(callee.getText(file.tree));
    if (loads) add(node, node.arguments[0]);
  });
  return found;
}

function hasModifier(statement: ts.Statement, kind: ts.SyntaxKind): boolean {
  return (
    ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some((modifier) => modifier.kind === kind)
  );
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}
