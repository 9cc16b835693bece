// What the name of a file says where its content does not: scaffolds name files and folders after the instance.
import { RecordError, type SourceFile } from "./adapter.js";

/**
 * Instance id of a file that does not hold one: the last `owner__repo-number` of its path, else its own name
 * (its folder's, where every file of the scaffold bears the same name). Throws RecordError where nothing is left.
 */
export function instanceOfPath(source: SourceFile, field = "instance_id"): string {
  const parts = source.file.split(/[\\/]/).filter((part) => part !== "" && part !== "." && part !== "..");
  for (const part of [...parts].reverse()) {
    const found = [...part.replace(NO_INSTANCE, "").matchAll(INSTANCE)].at(-1);
    if (found !== undefined) return found[0];
  }
  const stem = stemOf(source);
  const name = COMMON_NAMES.test(stem) ? parts.at(-2) : stem;
  if (name === undefined || name === "") {
    throw new RecordError(field, "an instance id in the record or in the path (owner__repo-number)");
  }
  return name;
}

/** The file's own name without its folder and its extensions (.gz, then one more, and .traj before .json). */
export function stemOf(source: SourceFile): string {
  return baseName(source)
    .replace(/\.gz$/i, "")
    .replace(/(?:\.traj)?\.[A-Za-z]\w*$/, "");
}

/** The file's own name. */
export function baseName(source: SourceFile): string {
  return source.file.split(/[\\/]/).at(-1) ?? source.file;
}

/** Owners on GitHub have no "_", so the owner starts at the last word before "__". */
const INSTANCE = /[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?__(?:(?!__)[A-Za-z0-9._-])+?-\d+(?!\d)/g;

/** Looks like an instance and is none: SWE-agent's settings in a run's name (`__t-0.00__c-3.00__install-1`), and a proxy's name of its model. */
const NO_INSTANCE = /__(?:t|p|c|install)-[\d.]+(?=__|$)|litellm_proxy__.*$/g;

const COMMON_NAMES = /^(?:trajectory|traj|output|history|messages|events|conversation|result|results)$/i;
