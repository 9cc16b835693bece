// How one rollout came to its patch: its steps as a transcript, or what the reward model read of it.
import { useMemo } from "preact/hooks";
import type { InstanceDetail, LongText, RolloutDetail, Transcript } from "../../../core/page.js";
import { bytes } from "../format.js";
import { TextLeftOut } from "../marks/LeftOut.js";
import { go, useLinks, usePage, usePart } from "../page.js";
import { LongTextPane } from "../text/LongTextPane.js";
import { plain } from "../text/visible.js";
import { nameOf } from "./candidateNames.js";
import type { TabProps } from "./InstanceView.js";
import { Steps } from "./Steps.js";

export function Trajectory({ detail }: TabProps) {
  const { place } = usePage();
  const links = useLinks();
  const rollout = rolloutOf(detail, place.params.rollout);
  if (rollout === undefined) return <p class="empty">This instance has no rollout.</p>;
  const model = place.params.read === "model" && rollout.modelInput !== null;
  return (
    <>
      <div class="toolbar">
        <label>
          Rollout{" "}
          <select
            value={rollout.rolloutId}
            onChange={(event) => go(links.params({ rollout: event.currentTarget.value, step: "" }))}
          >
            {detail.rows.map((row) => (
              <option key={row.rolloutId} value={row.rolloutId}>
                {optionText(detail, row)}
              </option>
            ))}
          </select>
        </label>
        {rollout.modelInput !== null && (
          <ul class="switch" aria-label="What to read">
            <li>
              <a href={links.params({ read: "" })} aria-current={model ? undefined : "true"}>
                transcript
              </a>
            </li>
            <li>
              <a href={links.params({ read: "model" })} aria-current={model ? "true" : undefined}>
                what the reward model read
              </a>
            </li>
          </ul>
        )}
        {nameOf(detail, rollout.candidateId) !== null && (
          <a
            href={links.to({
              view: "instance",
              subject: detail.instanceId,
              params: { tab: "patches", patch: nameOf(detail, rollout.candidateId) ?? "" },
            })}
          >
            its patch
          </a>
        )}
      </div>
      {model && rollout.modelInput !== null ? (
        <div class="tall">
          <LongTextPane text={rollout.modelInput} label="What the reward model read" />
        </div>
      ) : rollout.transcript === null ? (
        <p class="empty">This rollout came without a trajectory.</p>
      ) : (
        <TranscriptPart key={rollout.rolloutId} text={rollout.transcript} />
      )}
    </>
  );
}

function TranscriptPart({ text }: { readonly text: LongText }) {
  const read = usePart(text.part);
  const json = read.status === "ok" ? read.value : null;
  const transcript = useMemo(() => (json === null ? null : (JSON.parse(json) as Transcript)), [json]);
  if (text.part === null) return <TextLeftOut text={text} />;
  if (read.status === "failed") return <p class="warning">This trajectory can't be read: {read.message}</p>;
  if (transcript === null)
    return (
      <p class="empty" aria-busy="true">
        Reading {bytes(text.bytes)}…
      </p>
    );
  return <Steps transcript={transcript} />;
}

/** The rollout of the address, else the chosen one, else the first. */
function rolloutOf(detail: InstanceDetail, rolloutId: string | undefined): RolloutDetail | undefined {
  return (
    detail.rows.find((row) => row.rolloutId === rolloutId) ??
    detail.rows.find(({ selected }) => selected) ??
    detail.rows[0]
  );
}

function optionText(detail: InstanceDetail, row: RolloutDetail): string {
  const label = row.resolved === null ? "" : row.resolved ? "✓ " : "✗ ";
  const name = nameOf(detail, row.candidateId);
  return plain(
    `${label}${row.rolloutId}${row.selected ? " · chosen" : ""}${name === null ? "" : ` · ${name}`}${row.transcript === null ? " · no trajectory" : ""}`,
  );
}
