// Reads CodeR's .traj, a dialect of SWE-agent's: a manager plans, and several roles share one file.
import type { Adapter, Probe, RecordUnit } from "./adapter.js";
import { isObject, type Json, objectOf } from "./fields.js";
import { recordUnits } from "./recordUnit.js";
import { isTraj, readTraj } from "./sweAgent.js";

/** SWE-agent's form, whose history has turns of a `Manager`. */
export const coder: Adapter = {
  format: "coder",
  detect(probe: Probe): RecordUnit | null {
    const found = recordUnits(probe);
    return found !== null && isTraj(found.first) && isPlanned(found.first) ? found.unit : null;
  },
  read(record, source) {
    return [readTraj(objectOf(record.value), source)];
  },
};

function isPlanned(value: Json): boolean {
  const history: readonly unknown[] = Array.isArray(value.history) ? value.history : [];
  return history.some((entry) => isObject(entry) && entry.agent === "Manager");
}
