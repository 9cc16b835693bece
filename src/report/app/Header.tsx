// The line at the top: the run, the views, the theme, and whether a run is going on.
import { go, useLinks, usePage } from "./page.js";
import { hashOf, moved, type View } from "./place.js";
import { plain } from "./text/visible.js";

const THEMES = ["", "light", "dark"] as const;

const THEME_WORD = { "": "Auto", light: "Light", dark: "Dark" } as const;

export function Header({ connected, onHelp }: { readonly connected: boolean; readonly onHelp: () => void }) {
  const { data, run, place, source } = usePage();
  const links = useLinks();
  const theme = THEMES.find((one) => one === place.params.theme) ?? "";
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "";
  const tabs: readonly (readonly [View, string, boolean])[] = [
    ["overview", "Overview", true],
    ["instances", "Instances", true],
    ["compare", "Comparisons", data.comparisons.length > 0],
    ["tables", "Tables", run.tables.length > 0],
  ];
  const shown = place.view === "instance" ? "instances" : place.view;
  return (
    <header class="top">
      <span class="brand">bestk</span>
      <RunPicker />
      <nav aria-label="Views">
        {tabs.map(
          ([view, word, has]) =>
            has && (
              <a key={view} href={links.to({ view, run: run.id })} aria-current={shown === view ? "page" : undefined}>
                {word}
                {view === "instances" && <span class="number">{run.instances.length}</span>}
              </a>
            ),
        )}
      </nav>
      <span class="spring" />
      <Going served={source.served} connected={connected} complete={run.complete} />
      <a class="quiet" href={links.params({ theme: next })} title="Colours: as the system says, light or dark">
        <span aria-hidden="true">◐</span> {THEME_WORD[theme]}
      </a>
      <button type="button" class="quiet" onClick={onHelp} title="Keys" aria-label="Keys">
        ?
      </button>
    </header>
  );
}

function RunPicker() {
  const { data, run, place } = usePage();
  if (data.runs.length < 2) {
    return (
      <span class="run-name" title={plain(run.id)}>
        {plain(run.id)}
      </span>
    );
  }
  const pick = (id: string) => {
    const view = place.view === "compare" ? "overview" : place.view;
    go(hashOf(moved(place, { run: id, view, subject: place.subject })));
  };
  return (
    <select class="run-name" aria-label="Run" value={run.id} onChange={(event) => pick(event.currentTarget.value)}>
      {data.runs.map(({ id }) => (
        <option key={id} value={id}>
          {plain(id)}
        </option>
      ))}
    </select>
  );
}

interface GoingProps {
  readonly served: boolean;
  readonly connected: boolean;
  readonly complete: boolean;
}

function Going({ served, connected, complete }: GoingProps) {
  if (served && !connected) return <span class="going lost">bestk view has stopped answering</span>;
  if (complete) return null;
  if (!served) return <span class="going">unfinished run</span>;
  return (
    <span class="going live" role="status">
      run going on
    </span>
  );
}
