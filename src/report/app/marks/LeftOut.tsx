// What the file left out to stay small, and the command that shows it.
import type { LongText } from "../../../core/page.js";
import { bytes, counted } from "../format.js";
import { usePage } from "../page.js";
import { plain } from "../text/visible.js";

/** For the whole run; nothing where nothing is left out. */
export function LeftOut() {
  const { run } = usePage();
  const { logs, trajectories, bytes: size } = run.leftOut;
  if (logs === 0 && trajectories === 0) return null;
  const parts = [
    logs > 0 ? counted(logs, "log") : "",
    trajectories > 0 ? (trajectories === 1 ? "1 trajectory" : `${trajectories} trajectories`) : "",
  ];
  return (
    <p class="left-out">
      This file leaves out {parts.filter((part) => part !== "").join(" and ")} ({bytes(size)}) to stay small.{" "}
      <ViewCommand /> shows everything.
    </p>
  );
}

/** For one text that is not in the file. */
export function TextLeftOut({ text }: { readonly text: LongText }) {
  return (
    <p class="left-out">
      This text ({bytes(text.bytes)}) is left out of the file to keep it small. <ViewCommand /> shows it.
    </p>
  );
}

function ViewCommand() {
  const { run } = usePage();
  return <code>bestk view {plain(run.id)}</code>;
}
