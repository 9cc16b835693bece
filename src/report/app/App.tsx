// The frame around every view: which run, which view, and how the page follows a run that is going on.
import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary, useMemo, useRef, useState } from "preact/hooks";
import type { PageData } from "../../core/page.js";
import { Compare } from "./compare/Compare.js";
import { Header } from "./Header.js";
import { Help } from "./Help.js";
import { InstanceView } from "./instance/InstanceView.js";
import { Instances } from "./instances/Instances.js";
import { useKeys } from "./keys.js";
import { Overview } from "./overview/Overview.js";
import { type Page, PageContext } from "./page.js";
import type { View } from "./place.js";
import type { PageSource } from "./source.js";
import { Tables } from "./tables/Tables.js";
import { usePlace } from "./usePlace.js";

const VIEW = {
  overview: Overview,
  instances: Instances,
  instance: InstanceView,
  compare: Compare,
  tables: Tables,
} satisfies Record<View, () => unknown>;

export function App({ source }: { readonly source: PageSource }) {
  const { data, version, failure, connected } = useData(source);
  const place = usePlace();
  const [help, setHelp] = useState(false);
  const run = data?.runs.find(({ id }) => id === place.run) ?? data?.runs[0];
  const page = useMemo<Page | null>(
    () => (data === null || run === undefined ? null : { data, run, place, source, version }),
    [data, run, place, source, version],
  );
  useKeys(page, () => setHelp(true));
  useEffect(() => {
    const theme = place.params.theme;
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  }, [place.params]);
  useEffect(() => {
    if (page !== null) document.title = `${page.place.subject ?? page.place.view} · ${page.run.id} · bestk`;
  }, [page]);

  const drawn = page !== null;
  useEffect(() => {
    // For measurements: how long a reader waits, from the beginning of the navigation.
    if (drawn) performance.mark("bestk-drawn");
  }, [drawn]);

  if (page === null) {
    const text = failure ?? (data === null ? "Reading the run…" : "This page holds no run.");
    return (
      <main class="notice" aria-busy={failure === null && data === null}>
        <p>{text}</p>
      </main>
    );
  }
  const Shown = VIEW[place.view];
  return (
    <PageContext.Provider value={page}>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the content
      </button>
      <Header connected={connected} onHelp={() => setHelp(true)} />
      <main id="main" tabIndex={-1}>
        {place.run !== null && place.run !== page.run.id && (
          <p class="warning">
            This page has no run named {place.run}; this is {page.run.id}.
          </p>
        )}
        <Guarded key={`${run?.id} ${place.view} ${place.subject}`}>
          <Shown />
        </Guarded>
      </main>
      <Help open={help} onClose={() => setHelp(false)} />
    </PageContext.Provider>
  );
}

/** What can't be drawn says so, and leaves the way to everything else open. */
function Guarded({ children }: { readonly children: ComponentChildren }) {
  const [failure] = useErrorBoundary();
  if (failure === undefined) return <>{children}</>;
  return <p class="warning">This can’t be drawn: {failure instanceof Error ? failure.message : String(failure)}</p>;
}

interface Data {
  readonly data: PageData | null;
  readonly version: number;
  readonly failure: string | null;
  readonly connected: boolean;
}

function useData(source: PageSource): Data {
  const [state, setState] = useState<Data>({ data: null, version: 0, failure: null, connected: true });
  const reading = useRef(0);
  useEffect(() => {
    const read = () => {
      const turn = ++reading.current;
      source.read().then(
        (data) => {
          if (turn !== reading.current) return;
          source.forget();
          setState((before) => ({ ...before, data, version: before.version + 1, failure: null }));
        },
        (error: unknown) => {
          const failure = `The data can't be read: ${error instanceof Error ? error.message : String(error)}`;
          setState((before) => ({ ...before, failure: before.data === null ? failure : null }));
        },
      );
    };
    read();
    return source.follow(read, (connected) => setState((before) => ({ ...before, connected })));
  }, [source]);
  return state;
}
