// One thing that `bestk doctor` looked at.
import type { DoctorFindings } from "../core/schemas/run.js";

export type Finding = DoctorFindings["findings"][number];

/** What is there, as it was found. */
export function present(name: string, needed: boolean, found: string): Finding {
  return { name, status: "ok", needed, found, cause: null, cure: null };
}

/** What isn't: why, and what can be done about it. */
export function absent(name: string, needed: boolean, found: string, cause: string, cure: string): Finding {
  return { name, status: "missing", needed, found, cause, cure };
}
