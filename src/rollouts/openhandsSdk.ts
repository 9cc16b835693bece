// Reads the evaluation output of OpenHands' software-agent SDK (v1): records whose history holds events with a `kind`.
import type { Adapter, Probe, RecordUnit } from "./adapter.js";
import { isObject, type Json } from "./fields.js";
import { isEventFile, readEventFiles } from "./openhandsFolder.js";
import { readOpenHands } from "./openhandsRecord.js";
import { isSdkEvent } from "./openhandsSdkEvents.js";
import { recordUnits } from "./recordUnit.js";

/** `output.jsonl` of the SDK's benchmarks, or one conversation as a list of events. */
export const openhandsSdk: Adapter = {
  format: "openhands-sdk",
  detect(probe: Probe): RecordUnit | null {
    if (probe.shape === "array" && isSdkEvent(probe.first) && "source" in probe.first) return "document";
    if (probe.shape === "object" && isSdkEvent(probe.first) && isEventFile(probe.first)) return "document";
    const found = recordUnits(probe);
    if (found === null || !("instance_id" in found.first)) return null;
    const { history } = found.first;
    if (Array.isArray(history) && history.length > 0) return history.some(isSdkEvent) ? found.unit : null;
    return isObject(found.first.test_result) && isSdkMetadata(found.first.metadata) ? found.unit : null;
  },
  read(record, source) {
    return isEventFile(record.value) ? readEventFiles(record.value, source) : readOpenHands(record.value, source);
  },
};

/** Where a run left no events, the settings tell: the SDK names its model in `llm`, the older versions in `llm_config`. */
function isSdkMetadata(metadata: unknown): metadata is Json {
  return isObject(metadata) && isObject(metadata.llm) && !("agent_class" in metadata);
}
