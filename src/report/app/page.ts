// What every component may ask for: the data, where the reader is, and parts that are read when they are opened.
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { PageData, PageRun, PartRef } from "../../core/page.js";
import { hashOf, type Move, moved, type Place, withParams } from "./place.js";
import type { PageSource } from "./source.js";

export interface Page {
  readonly data: PageData;
  readonly run: PageRun;
  readonly place: Place;
  readonly source: PageSource;
  /** Grows whenever served data changed. */
  readonly version: number;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error("no page around this component");
  return page;
}

export interface Links {
  /** Address of another view. */
  readonly to: (move: Move) => string;
  /** Address of this view with other parameters. */
  readonly params: (params: Readonly<Record<string, string>>) => string;
}

export function useLinks(): Links {
  const { place } = usePage();
  return {
    to: (move) => hashOf(moved(place, move)),
    params: (params) => hashOf(withParams(place, params)),
  };
}

/** Moves there, as a link would. */
export function go(hash: string): void {
  location.hash = hash;
}

/** Moves there without a step in the history: for what changes with every key. */
export function goQuietly(hash: string): void {
  location.replace(hash);
}

export type Read<T> =
  | { readonly status: "reading" }
  | { readonly status: "ok"; readonly value: T }
  | { readonly status: "failed"; readonly message: string };

/** A part's text, read when first asked for. Keeps what it has until newer text has come. */
export function usePart(ref: PartRef | null): Read<string> {
  const { source, version } = usePage();
  const [state, setState] = useState<{ readonly ref: PartRef | null; readonly read: Read<string> }>({
    ref: null,
    read: READING,
  });
  useEffect(() => {
    if (ref === null) return;
    let current = true;
    const keep = (read: Read<string>) => {
      if (current) setState({ ref, read });
    };
    source.part(ref).then(
      (value) => keep({ status: "ok", value }),
      (error: unknown) => keep({ status: "failed", message: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      current = false;
    };
  }, [ref, source, version]);
  return state.ref === ref ? state.read : READING;
}

const READING: Read<never> = { status: "reading" };
