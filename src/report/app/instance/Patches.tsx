// A candidate's patch: which one, in which form, what normalising dropped, and how it differs from another's.
import type { CandidateDetail, InstanceDetail } from "../../../core/page.js";
import { go, useLinks, usePage } from "../page.js";
import { Text } from "../text/Text.js";
import { plain } from "../text/visible.js";
import { chosenIndex, indexNamed, isChosen, resolvedOf } from "./candidateNames.js";
import type { TabProps } from "./InstanceView.js";
import { isUnified } from "./layout.js";
import { PatchComparison } from "./PatchComparison.js";
import { PatchText } from "./PatchText.js";

export function Patches({ detail }: TabProps) {
  const { place } = usePage();
  const index = indexNamed(detail, place.params.patch) ?? chosenIndex(detail);
  const candidate = detail.candidates[index];
  if (candidate === undefined) return <p class="empty">No rollout of this instance has a patch.</p>;
  const against = indexNamed(detail, place.params.with);
  const other = against === null || against === index ? undefined : detail.candidates[against];
  return (
    <>
      <div class="toolbar">
        <CandidatePicker detail={detail} label="Patch" name="patch" index={index} none={null} />
        <CandidatePicker
          detail={detail}
          label="against"
          name="with"
          index={other === undefined ? null : against}
          none="base"
        />
        <Options candidate={candidate} comparing={other !== undefined} />
      </div>
      <About candidate={candidate} />
      {other === undefined ? (
        <PatchText
          text={place.params.form === "raw" && candidate.rawPatch !== null ? candidate.rawPatch : candidate.patch}
        />
      ) : (
        <PatchComparison
          left={candidate.patch}
          right={other.patch}
          names={[`P${index + 1}`, `P${(against ?? 0) + 1}`]}
        />
      )}
    </>
  );
}

interface PickerProps {
  readonly detail: InstanceDetail;
  readonly label: string;
  readonly name: string;
  readonly index: number | null;
  /** Word for picking no candidate; null where one has to be picked. */
  readonly none: string | null;
}

function CandidatePicker({ detail, label, name, index, none }: PickerProps) {
  const links = useLinks();
  return (
    <label>
      {label}{" "}
      <select
        value={index === null ? "" : `P${index + 1}`}
        onChange={(event) => go(links.params({ [name]: event.currentTarget.value }))}
      >
        {none !== null && <option value="">{none}</option>}
        {detail.candidates.map((candidate, at) => (
          <option key={candidate.candidateId} value={`P${at + 1}`}>
            {optionText(detail, candidate, at)}
          </option>
        ))}
      </select>
    </label>
  );
}

function optionText(detail: InstanceDetail, candidate: CandidateDetail, at: number): string {
  const resolved = resolvedOf(detail, candidate);
  const label = resolved === null ? "" : resolved ? " ✓" : " ✗";
  const more = candidate.rolloutIds.length > 1 ? ` and ${candidate.rolloutIds.length - 1} more` : "";
  return plain(
    `P${at + 1}${label}${isChosen(detail, candidate) ? " chosen" : ""} · ${candidate.rolloutIds[0] ?? ""}${more}`,
  );
}

function Options({ candidate, comparing }: { readonly candidate: CandidateDetail; readonly comparing: boolean }) {
  const { place } = usePage();
  const links = useLinks();
  const { form = "", spaces = "" } = place.params;
  const unified = isUnified(place);
  return (
    <>
      {!comparing && candidate.rawPatch !== null && (
        <ul class="switch" aria-label="Which form of the patch">
          <Choice href={links.params({ form: "" })} on={form !== "raw"} word="normalised" />
          <Choice href={links.params({ form: "raw" })} on={form === "raw"} word="as given" />
        </ul>
      )}
      {!comparing && (
        <ul class="switch" aria-label="Layout">
          <Choice href={links.params({ layout: "split" })} on={!unified} word="side by side" />
          <Choice href={links.params({ layout: "unified" })} on={unified} word="unified" />
        </ul>
      )}
      <ul class="switch" aria-label="Whitespace">
        <Choice href={links.params({ spaces: spaces === "" ? "shown" : "" })} on={spaces !== ""} word="whitespace" />
      </ul>
    </>
  );
}

function Choice({ href, on, word }: { readonly href: string; readonly on: boolean; readonly word: string }) {
  return (
    <li>
      <a href={href} aria-current={on ? "true" : undefined}>
        {word}
      </a>
    </li>
  );
}

function About({ candidate }: { readonly candidate: CandidateDetail }) {
  const { run, place } = usePage();
  const links = useLinks();
  const instanceId = place.subject ?? "";
  return (
    <div class="about-patch">
      <p>
        <span class="label">rollouts</span>{" "}
        {candidate.rolloutIds.map((rolloutId, at) => (
          <span key={rolloutId}>
            {at > 0 && ", "}
            <a
              href={links.to({
                run: run.id,
                view: "instance",
                subject: instanceId,
                params: { tab: "trajectory", rollout: rolloutId },
              })}
            >
              <Text value={rolloutId} />
            </a>
          </span>
        ))}
      </p>
      <p class="id soft" title={plain(candidate.candidateId)}>
        {plain(candidate.candidateId)}
      </p>
      {candidate.dropped.length > 0 && (
        <details class="dropped">
          <summary>
            Normalising dropped {candidate.dropped.length} {candidate.dropped.length === 1 ? "file" : "files"}
          </summary>
          <table class="facts">
            <tbody>
              {candidate.dropped.map(({ path, kind, reason }) => (
                <tr key={path}>
                  <th scope="row" class="id">
                    <Text value={path} />
                  </th>
                  <td>{kind}</td>
                  <td>
                    <Text value={reason} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </div>
  );
}
