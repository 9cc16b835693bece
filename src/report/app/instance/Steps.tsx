// Steps of a trajectory: thought, action, observation; long texts folded, a list of steps to jump by, and a search.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Transcript } from "../../../core/page.js";
import { counted } from "../format.js";
import { SEARCH } from "../keys.js";
import { goQuietly, usePage } from "../page.js";
import { hashOf, withParams } from "../place.js";
import { Text } from "../text/Text.js";
import { Step } from "./Step.js";

export function Steps({ transcript }: { readonly transcript: Transcript }) {
  const { place } = usePage();
  const [query, setQuery] = useState("");
  const frame = useRef<HTMLDivElement>(null);
  const { steps, exitStatus } = transcript;
  const hits = useMemo(() => hitsOf(steps, query), [steps, query]);
  const jump = (step: number) => {
    frame.current?.querySelector(`[data-step="${step}"]`)?.scrollIntoView({ block: "start" });
    goQuietly(hashOf(withParams(place, { step: String(step + 1) })));
  };
  useEffect(() => {
    const step = Number(place.params.step ?? 0) - 1;
    if (step > 0) frame.current?.querySelector(`[data-step="${step}"]`)?.scrollIntoView({ block: "start" });
  }, [steps]);
  if (steps.length === 0) return <p class="empty">This trajectory has no step.</p>;
  return (
    <div class="transcript" ref={frame}>
      <aside class="step-list">
        <input
          {...SEARCH}
          type="search"
          placeholder="Search in the steps  /"
          aria-label="Search in the steps"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            const current = Number(place.params.step ?? 0) - 1;
            const next = hits.find((step) => step > current) ?? hits[0];
            if (event.key === "Enter" && next !== undefined) jump(next);
          }}
        />
        <p class="soft" role="status">
          {query === "" ? counted(steps.length, "step") : `${hits.length} of ${counted(steps.length, "step")}`}
          {exitStatus !== null && (
            <>
              {" · ended: "}
              <Text value={exitStatus} />
            </>
          )}
        </p>
        <ol tabIndex={0} aria-label="Steps">
          {steps.map((step, index) => {
            if (query !== "" && !hits.includes(index)) return null;
            return (
              <li key={index} value={index + 1}>
                <button type="button" class="plain" onClick={() => jump(index)}>
                  <span class="line-number">{index + 1}</span> <Text value={titleOf(step)} />
                </button>
              </li>
            );
          })}
        </ol>
      </aside>
      <div class="steps">
        {steps.map((step, index) => (
          <Step key={index} step={step} index={index} query={query} />
        ))}
      </div>
    </div>
  );
}

type StepText = Transcript["steps"][number];

/** The first line of what it did, else of what it thought. */
function titleOf({ action, thought }: StepText): string {
  const text = action.trim() === "" ? thought : action;
  return text.trim().split("\n", 1)[0]?.slice(0, 120) ?? "";
}

function hitsOf(steps: readonly StepText[], query: string): readonly number[] {
  if (query === "") return [];
  const needle = query.toLowerCase();
  return steps.flatMap(({ thought, action, observation }, index) =>
    [thought, action, observation].some((text) => text.toLowerCase().includes(needle)) ? [index] : [],
  );
}
