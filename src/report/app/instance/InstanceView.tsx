// One instance: its heading, the instances around it, and a tab for each thing that one asks of it.
import type { InstanceDetail, PageRow } from "../../../core/page.js";
import { missed, neighbours } from "../instances/order.js";
import { TABS } from "../keys.js";
import { Verdict } from "../marks/Verdict.js";
import { useLinks, usePage, usePart } from "../page.js";
import { segmentOf } from "../place.js";
import { Text } from "../text/Text.js";
import { Candidates } from "./Candidates.js";
import { Issue } from "./Issue.js";
import { Patches } from "./Patches.js";
import { Tests } from "./Tests.js";
import { Trajectory } from "./Trajectory.js";

export interface TabProps {
  readonly detail: InstanceDetail;
  readonly row: PageRow;
}

type Tab = (typeof TABS)[number];

const TAB = {
  candidates: ["Candidates", Candidates],
  tests: ["Tests", Tests],
  patches: ["Patches", Patches],
  trajectory: ["Trajectory", Trajectory],
  issue: ["Issue", Issue],
} as const satisfies Record<Tab, readonly [string, (props: TabProps) => unknown]>;

export function InstanceView() {
  const { run, place } = usePage();
  const subject = segmentOf(place.subject ?? "");
  const row = run.instances.find(({ instanceId }) => segmentOf(instanceId) === subject);
  if (row === undefined) {
    return (
      <>
        <h1>
          <Text value={place.subject ?? ""} />
        </h1>
        <p class="empty">
          <Text value={run.id} /> has no such instance.
        </p>
      </>
    );
  }
  return <Known key={`${run.id} ${row.instanceId}`} row={row} />;
}

function Known({ row }: { readonly row: PageRow }) {
  const { place } = usePage();
  const links = useLinks();
  const read = usePart(row.detail);
  const tab = TABS.find((one) => one === place.params.tab) ?? "candidates";
  const Shown = TAB[tab][1];
  return (
    <>
      <Heading row={row} />
      <nav class="tabs" aria-label="Parts of the instance">
        {TABS.map((one) => (
          <a
            key={one}
            href={links.to({ view: "instance", subject: row.instanceId, params: { tab: one } })}
            aria-current={one === tab ? "page" : undefined}
          >
            {TAB[one][0]}
          </a>
        ))}
      </nav>
      {read.status === "reading" && (
        <p class="empty" aria-busy="true">
          Reading…
        </p>
      )}
      {read.status === "failed" && <p class="warning">This instance can't be read: {read.message}</p>}
      {read.status === "ok" && <Shown detail={detailOf(read.value)} row={row} />}
    </>
  );
}

function Heading({ row }: { readonly row: PageRow }) {
  const { run, place } = usePage();
  const links = useLinks();
  const { before, after, position, of } = neighbours(run.instances, place);
  return (
    <div class="heading">
      <a class="quiet" href={links.to({ view: "instances" })} title="Back to the table (Esc)">
        Instances
      </a>
      <h1 class="id">
        <Text value={row.instanceId} />
      </h1>
      <Verdict resolved={row.resolved} missed={missed(row)} unsolvable={row.solvable === false} />
      {row.tie && <span class="tag">tie</span>}
      {row.tampered > 0 && <span class="tag alarming">{row.tampered} tampered</span>}
      {row.flaky > 0 && <span class="tag alarming">{row.flaky} flaky</span>}
      {row.infra > 0 && <span class="tag alarming">{row.infra} infra</span>}
      {row.missing > 0 && <span class="tag alarming">{row.missing} missing evidence</span>}
      <span class="spring" />
      <span class="around">
        <Neighbour to={before} sign="←" words="Previous instance ([)" />
        <span class="soft">
          {position} / {of}
        </span>
        <Neighbour to={after} sign="→" words="Next instance (])" />
      </span>
    </div>
  );
}

function Neighbour({ to, sign, words }: { readonly to: string | null; readonly sign: string; readonly words: string }) {
  const { place } = usePage();
  const links = useLinks();
  if (to === null) {
    return (
      <span class="quiet off" aria-hidden="true">
        {sign}
      </span>
    );
  }
  const tab = place.params.tab;
  const params = tab === undefined ? {} : { tab };
  return (
    <a class="quiet" href={links.to({ view: "instance", subject: to, params })} title={words} aria-label={words}>
      {sign}
    </a>
  );
}

const parsed = new Map<string, InstanceDetail>();

/** Parsed once while it is looked at: tabs of one instance share it. */
function detailOf(text: string): InstanceDetail {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const detail = JSON.parse(text) as InstanceDetail;
  parsed.clear();
  parsed.set(text, detail);
  return detail;
}
