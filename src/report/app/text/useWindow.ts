// Which rows of a long list are drawn: those in sight and some around, so that length costs nothing.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface RowWindow {
  readonly frame: RefObject<HTMLDivElement | null>;
  /** First row drawn, and the one after the last. */
  readonly start: number;
  readonly end: number;
  /** Height of what is not drawn, in pixels. */
  readonly above: number;
  readonly below: number;
  /** Brings a row into sight. */
  readonly show: (row: number) => void;
}

const AROUND = 24;

/** All rows are `rowHeight` pixels high; `header` pixels at the top of the frame are covered. */
export function useWindow(rows: number, rowHeight: number, header = 0): RowWindow {
  const frame = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ start: 0, end: Math.min(rows, 2 * AROUND + 40) });

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = () => {
      const first = Math.floor(element.scrollTop / rowHeight) - AROUND;
      const last = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + AROUND;
      // In steps, so that not every pixel draws anew.
      const start = Math.max(0, Math.min(first - (first % 8), rows));
      const end = Math.min(rows, last + 8 - (last % 8));
      setRange((before) => (before.start === start && before.end === end ? before : { start, end }));
    };
    measure();
    element.addEventListener("scroll", measure, { passive: true });
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    return () => {
      element.removeEventListener("scroll", measure);
      sizes.disconnect();
    };
  }, [rows, rowHeight]);

  const show = (row: number) => {
    const element = frame.current;
    if (element === null) return;
    const top = row * rowHeight;
    const room = element.clientHeight - header;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + room) element.scrollTop = top + rowHeight - room;
  };
  const end = Math.min(rows, range.end);
  const start = Math.min(range.start, end);
  return { frame, start, end, above: start * rowHeight, below: (rows - end) * rowHeight, show };
}
