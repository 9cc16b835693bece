// Which file imports which, read from import lines alone: enough to tell the tests that a changed file can reach.
import { posix } from "node:path";
import type { Tree } from "./listTree.js";

/** Importing file → files that it imports. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** A Python statement: `names` is null for `import module`; `level` counts leading dots. */
interface PythonImport {
  readonly level: number;
  readonly module: string;
  readonly names: readonly string[] | null;
}

/** Import graph of Python and JavaScript files. Modules from outside of the tree are left out. */
export function importGraph({ files, imports }: Tree): ImportGraph {
  const python = pythonModules(files);
  const known = new Set(files);
  const statements = new Map([...imports].filter(([path]) => path.endsWith(".py")).map(([p, l]) => [p, pythonOf(l)]));
  const graph = new Map<string, Set<string>>();
  for (const [path, lines] of imports) {
    const own = statements.get(path);
    const targets =
      own === undefined
        ? lines.flatMap((line) => scriptTargets(path, line, known))
        : own.flatMap((statement) => pythonTargets(path, statement, { modules: python, statements }));
    graph.set(path, new Set(targets.filter((target) => target !== path)));
  }
  return graph;
}

/** Steps of imports from each file to the nearest of `targets` (0 for those themselves), up to `limit`. */
export function distancesTo(graph: ImportGraph, targets: Iterable<string>, limit: number): ReadonlyMap<string, number> {
  const importers = new Map<string, string[]>();
  for (const [path, imported] of graph) {
    for (const target of imported) importers.set(target, [...(importers.get(target) ?? []), path]);
  }
  const distances = new Map([...targets].map((path) => [path, 0]));
  for (const [path, distance] of distances) {
    if (distance >= limit) continue;
    for (const importer of importers.get(path) ?? []) {
      if (!distances.has(importer)) distances.set(importer, distance + 1);
    }
  }
  return distances;
}

/** Dotted name → file, by the packages' own folders and from the top of the repository. */
function pythonModules(files: readonly string[]): ReadonlyMap<string, string> {
  const packages = new Set(
    files.filter((path) => /(?:^|\/)__init__\.py$/.test(path)).map((path) => posix.dirname(path)),
  );
  const modules = new Map<string, string>();
  for (const path of files) {
    if (!path.endsWith(".py")) continue;
    const name = path.replace(/\.py$/, "").replace(/\/__init__$/, "");
    let root = posix.dirname(path);
    while (packages.has(root) && root !== ".") root = posix.dirname(root);
    const inside = root === "." ? name : posix.relative(root, name);
    for (const dotted of [name, inside].map((module) => module.replaceAll("/", "."))) {
      if (!modules.has(dotted)) modules.set(dotted, path);
    }
  }
  return modules;
}

function pythonOf(lines: readonly string[]): readonly PythonImport[] {
  const statements: PythonImport[] = [];
  const text = lines.map((line) => line.replace(/#.*$/, "").trim()).join("\n");
  for (const [, dots = "", module = "", open, list = ""] of text.matchAll(
    /^from\s+(\.*)\s*([\w.]*)\s+import\s+(\(?)([^()\n]*(?:\n(?!from\s|import\s)[^()\n]*)*)/gm,
  )) {
    const names = open === "" ? (list.split("\n", 1)[0] ?? "") : list;
    statements.push({ level: dots.length, module, names: names.split(",").map(firstWord).filter(Boolean) });
  }
  for (const [, list = ""] of text.matchAll(/^import\s+(.+)$/gm)) {
    for (const module of list.split(",").map(firstWord)) statements.push({ level: 0, module, names: null });
  }
  return statements;
}

interface PythonTree {
  readonly modules: ReadonlyMap<string, string>;
  readonly statements: ReadonlyMap<string, readonly PythonImport[]>;
}

function pythonTargets(path: string, { level, module, names }: PythonImport, tree: PythonTree, depth = 0): string[] {
  const base = level === 0 ? module : relativeModule(path, level, module);
  if (names === null) {
    const targets = longestModule(base, tree.modules);
    return targets.length > 0 ? targets : beside(path, base, tree.modules);
  }
  return names.flatMap((name) => {
    const submodule = tree.modules.get(base === "" ? name : `${base}.${name}`);
    if (submodule !== undefined) return [submodule];
    const [file] = longestModule(base, tree.modules);
    if (file === undefined) return beside(path, base, tree.modules);
    return file.endsWith("__init__.py") ? exported(file, name, tree, depth) : [file];
  });
}

/** A package that passes a name on stands for the module that it takes the name from. */
function exported(init: string, name: string, tree: PythonTree, depth: number): string[] {
  const source = (tree.statements.get(init) ?? []).find(({ names }) => names?.includes(name));
  if (source === undefined || depth > 3) return [init];
  const targets = pythonTargets(init, { ...source, names: [name] }, tree, depth + 1);
  return targets.length > 0 ? targets : [init];
}

function relativeModule(path: string, level: number, module: string): string {
  let folder = posix.dirname(path);
  for (let i = 1; i < level; i++) folder = posix.dirname(folder);
  const parent = folder === "." ? "" : folder.replaceAll("/", ".");
  return [parent, module].filter(Boolean).join(".");
}

function longestModule(dotted: string, modules: ReadonlyMap<string, string>): string[] {
  for (let name = dotted; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
    const file = modules.get(name);
    if (file !== undefined) return [file];
  }
  return [];
}

/** A script imports what lies beside it. */
function beside(path: string, module: string, modules: ReadonlyMap<string, string>): string[] {
  const file = modules.get(`${posix.dirname(path).replaceAll("/", ".")}.${module}`);
  return file === undefined ? [] : [file];
}

const ENDINGS = ["", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"];
const INDEXES = ENDINGS.slice(1).map((ending) => `/index${ending}`);

function scriptTargets(path: string, line: string, known: ReadonlySet<string>): string[] {
  const quoted = line.matchAll(/(?:from|import|require)\s*\(?\s*["']([^"']+)["']/g);
  return [...quoted].flatMap(([, specifier = ""]) => {
    if (!specifier.startsWith(".")) return [];
    const target = posix.join(posix.dirname(path), specifier);
    // TypeScript names the file that will be: `./a.js` is a.ts.
    const stems = [target, target.replace(/\.([cm]?)jsx?$/, "")];
    return stems
      .flatMap((stem) => [...ENDINGS, ...INDEXES].map((end) => stem + end))
      .filter((file) => known.has(file))
      .slice(0, 1);
  });
}

function firstWord(text: string): string {
  return text.trim().split(/\s/)[0] ?? "";
}
