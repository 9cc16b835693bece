// Rollouts in the order of the ranking: signals, rank, label, and why the first is the first.
import type { InstanceDetail, RolloutDetail } from "../../../core/page.js";
import { ROW } from "../keys.js";
import { Verdict } from "../marks/Verdict.js";
import { go, useLinks, usePage } from "../page.js";
import { Text } from "../text/Text.js";
import { plain } from "../text/visible.js";
import { nameOf } from "./candidateNames.js";
import type { TabProps } from "./InstanceView.js";
import { SIGNALS, SignalCell } from "./SignalCell.js";

export function Candidates({ detail, row }: TabProps) {
  const { run, place } = usePage();
  const aggregators = Object.keys(detail.rankings);
  const by = aggregators.find((one) => one === place.params.by) ?? run.aggregators[0] ?? "";
  const title = titleOf(detail.issue ?? "");
  const ranked = rankedBy(detail, by === run.aggregators[0] ? null : by);
  return (
    <>
      <dl class="reasons">
        {title !== "" && (
          <>
            <dt class="label">issue</dt>
            <dd>
              <Text value={title} />
            </dd>
          </>
        )}
        {row.why !== "" && (
          <>
            <dt class="label">why</dt>
            <dd>
              <Text value={row.why} />
            </dd>
          </>
        )}
      </dl>
      {aggregators.length > 1 && <RankedBy names={aggregators} by={by} />}
      <div class="table-frame">
        <table class="list candidates">
          <thead>
            <tr>
              <th scope="col" class="figure" title="1 is best; members of a tie share it">
                Rank
              </th>
              <th scope="col">Rollout</th>
              <th scope="col">Right?</th>
              <th scope="col" title="Rollouts with an equal patch share it">
                Patch
              </th>
              {SIGNALS.map(({ name, word, title }) => (
                <th key={name} scope="col" title={title}>
                  {word}
                </th>
              ))}
              <th scope="col">Look at</th>
            </tr>
          </thead>
          <tbody>
            {ranked.map(({ rollout, rank }) => (
              <Row key={rollout.rolloutId} detail={detail} rollout={rollout} rank={rank} />
            ))}
          </tbody>
        </table>
      </div>
      {detail.rows.length === 0 && <p class="empty">This instance has no rollout.</p>}
    </>
  );
}

function RankedBy({ names, by }: { readonly names: readonly string[]; readonly by: string }) {
  const links = useLinks();
  return (
    <p class="toolbar">
      <label>
        Ranked by{" "}
        <select value={by} onChange={(event) => go(links.params({ by: event.currentTarget.value }))}>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </p>
  );
}

interface RowProps {
  readonly detail: InstanceDetail;
  readonly rollout: RolloutDetail;
  readonly rank: number | null;
}

function Row({ detail, rollout, rank }: RowProps) {
  const links = useLinks();
  const { rolloutId, candidateId, selected, signals, resolved } = rollout;
  const name = nameOf(detail, candidateId);
  const to = (tab: string, params: Readonly<Record<string, string>>) =>
    links.to({ view: "instance", subject: detail.instanceId, params: { tab, ...params } });
  const patch = name === null ? null : to("patches", { patch: name });
  return (
    <tr class={selected ? "chosen" : ""}>
      <td class="figure">{rank ?? "–"}</td>
      <th scope="row">
        <span class="cut-line">
          <a class="id" {...ROW} href={patch ?? to("trajectory", { rollout: rolloutId })} title={plain(rolloutId)}>
            <Text value={rolloutId} />
          </a>
          {selected && <span class="tag chosen">chosen</span>}
        </span>
      </th>
      <td>
        <Verdict resolved={resolved} short />
      </td>
      <PatchCell detail={detail} candidateId={candidateId} />
      {SIGNALS.map((signal) => (
        <SignalCell key={signal.name} signal={signals[signal.name]} show={signal.show} bar={signal.bar} />
      ))}
      <td class="links">
        {patch !== null && <a href={patch}>patch</a>}
        {rollout.transcript !== null && <a href={to("trajectory", { rollout: rolloutId })}>trajectory</a>}
        {rollout.modelInput !== null && (
          <a href={to("trajectory", { rollout: rolloutId, read: "model" })}>model’s reading</a>
        )}
      </td>
    </tr>
  );
}

function PatchCell({ detail, candidateId }: { readonly detail: InstanceDetail; readonly candidateId: string | null }) {
  const candidate = detail.candidates.find((one) => one.candidateId === candidateId);
  if (candidate === undefined) return <td class="soft">none</td>;
  const { addedLines, removedLines, files, rolloutIds } = candidate;
  return (
    <td class="patch-cell" title={plain(candidate.candidateId)}>
      <b>{nameOf(detail, candidateId)}</b>
      {rolloutIds.length > 1 && (
        <span class="soft" title="Rollouts that share this patch">
          ×{rolloutIds.length}
        </span>
      )}
      {files === 0 ? (
        <span class="soft">empty</span>
      ) : (
        <span class="counts">
          <span class="added">+{addedLines}</span> <span class="removed">−{removedLines}</span>
          {files > 1 && <span class="soft"> in {files} files</span>}
        </span>
      )}
    </td>
  );
}

/** The first line of the issue that says something. */
function titleOf(issue: string): string {
  const line = issue.split("\n").find((one) => /\p{L}/u.test(one)) ?? "";
  return line.replace(/^[#*\s]+/, "").slice(0, 240);
}

/** Rollouts with their ranks by an aggregator; null takes the detail's own. */
function rankedBy(detail: InstanceDetail, aggregator: string | null) {
  const own = detail.rows.map((rollout) => ({ rollout, rank: rollout.rank }));
  const ties = aggregator === null ? undefined : detail.rankings[aggregator];
  if (ties === undefined) return own;
  const ranks = new Map<string, number>();
  let above = 0;
  for (const tie of ties) {
    for (const rolloutId of tie) ranks.set(rolloutId, above + 1);
    above += tie.length;
  }
  return own
    .map(({ rollout }) => ({ rollout, rank: ranks.get(rollout.rolloutId) ?? null }))
    .toSorted((left, right) => (left.rank ?? Number.MAX_VALUE) - (right.rank ?? Number.MAX_VALUE));
}
