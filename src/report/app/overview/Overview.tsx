// The run at a glance: what the choice is worth, what stands in its way, and what it cost.
import { count, counted } from "../format.js";
import { LeftOut } from "../marks/LeftOut.js";
import { usePage } from "../page.js";
import { Cost } from "./Cost.js";
import { CurveChart } from "./CurveChart.js";
import { Gap } from "./Gap.js";
import { RunCard } from "./RunCard.js";
import { Selection } from "./Selection.js";
import { Unavailable } from "./Unavailable.js";

export function Overview() {
  const { run } = usePage();
  const { overview } = run;
  return (
    <>
      <h1 class="sr-only">Overview</h1>
      <dl class="totals">
        <Total word="instances" value={overview.instances} />
        <Total word="rollouts" value={overview.rollouts} />
        <Total word="distinct patches" value={overview.candidates} />
        {overview.labelled !== null && <Total word="labelled" value={overview.labelled.instances} />}
        <div>
          <dt>ranked by</dt>
          <dd title={run.aggregators.join(", ")}>
            {run.aggregators[0] ?? "nothing"}
            {run.aggregators.length > 1 && (
              <span class="soft"> and {counted(run.aggregators.length - 1, "other")}</span>
            )}
          </dd>
        </div>
      </dl>
      <LeftOut />
      <div class="panels">
        <section class="panel wide">
          <h2>What the choice is worth</h2>
          {overview.labelled === null ? (
            <p class="empty">
              No instance of this run is labelled in full, so nothing says what its choices are worth. Grading the run
              adds labels.
            </p>
          ) : (
            <Selection labelled={overview.labelled} />
          )}
        </section>
        {overview.curves.length > 0 && (
          <section class="panel wide">
            <h2>Best@K</h2>
            <CurveChart curves={overview.curves} />
            <p class="soft foot">Each K counts the instances that have at least K rollouts. ≈ marks sampled figures.</p>
          </section>
        )}
        {overview.gap !== null && overview.gap.length > 0 && (
          <section class="panel">
            <h2>Where the gap to the oracle goes</h2>
            <Gap gap={overview.gap} />
          </section>
        )}
        <section class="panel">
          <h2>Cost</h2>
          <Cost cost={overview.cost} />
        </section>
        <section class="panel">
          <h2>Signals that are unavailable</h2>
          <Unavailable rows={overview.unavailable} of={overview.rollouts} />
        </section>
        <section class="panel">
          <h2>Run card</h2>
          <RunCard card={run.card} />
        </section>
      </div>
      <p class="soft foot">
        {counted(overview.instances, "instance")}, {count(overview.rollouts)} rollouts. Intervals are 95 %.
      </p>
    </>
  );
}

function Total({ word, value }: { readonly word: string; readonly value: number }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{count(value)}</dd>
    </div>
  );
}
