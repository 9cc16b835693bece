// The lines of the live window: what is done and how long it will take, then what runs now; cut to fit any terminal.

import { cutTo, displayWidth } from "./displayWidth.js";
import { type Progressing, SCORED } from "./follow.js";
import { clean } from "./table.js";

export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly red: (text: string) => string;
}

/** At most `rows` − 1 lines, none wider than `columns` − 1: a full last column would wrap in some terminals. */
export function windowLines(state: Progressing, now: number, { columns, rows }: WindowSize, paint: Paint): string[] {
  const width = Math.max(8, columns - 1);
  const room = Math.max(1, rows - 2);
  const hasBar = width >= 40 && Object.keys(state.counts).length > 0;
  const head = [headLine(state, now, width, paint), ...(hasBar ? [barLine(state, width, paint)] : [])];
  const free = Math.max(0, room - head.length);
  const all = state.running.map((one) => runningLine(one, now, width, paint));
  const shown = all.length > free ? all.slice(0, Math.max(0, free - 1)) : all;
  const more =
    all.length > shown.length && free > 0 ? [paint.dim(cutTo(`  … and ${all.length - shown.length} more`, width))] : [];
  return [...head, ...shown, ...more].slice(0, room);
}

type Part = readonly [text: string, paint: (text: string) => string];

/** Counts first, then what is said while there is room for it, the least important last. */
function headLine(state: Progressing, now: number, width: number, paint: Paint): string {
  const plain = (text: string): string => text;
  const left = secondsLeft(state, now);
  const rate = perMinute(state, now);
  const sum = Object.values(state.cached).reduce((total, count) => total + count, 0);
  const counts = Object.entries(state.counts).filter(([name]) => name !== SCORED);
  const scored = state.counts[SCORED];
  const parts: readonly (Part | null)[] = [
    state.draining ? [`stopping: ${state.running.length} in flight, Ctrl-C again ends them`, paint.yellow] : null,
    Object.keys(state.counts).length === 0 ? ["reading", plain] : null,
    ...counts.map(([name, { done, total }]): Part => [`${done}/${total} ${name}`, paint.bold]),
    scored === undefined || (scored.done === scored.total && counts.some(([, { done }]) => done > 0))
      ? null
      : [`${scored.done}/${scored.total} scored`, plain],
    left === null || state.draining ? null : [`about ${duration(left)} left`, plain],
    state.infra > 0 ? [`${state.infra} infra`, paint.red] : null,
    sum > 0 ? [`${sum} cached`, paint.dim] : null,
    rate === null ? null : [`${rate}/min`, paint.dim],
    state.retries > 0 ? [`${state.retries} retries`, paint.yellow] : null,
    [`${clock((now - state.startedAt) / 1000)} so far`, paint.dim],
  ];
  let used = 0;
  const taken: string[] = [];
  for (const part of parts) {
    if (part === null) continue;
    const [text, colour] = part;
    const need = displayWidth(text) + (taken.length > 0 ? 3 : 0);
    if (taken.length > 0 && used + need > width) continue;
    taken.push(colour(cutTo(text, width)));
    used += need;
  }
  return taken.join(paint.dim(" · "));
}

function barLine(state: Progressing, width: number, paint: Paint): string {
  const { [SCORED]: scored, ...others } = state.counts;
  const isScoring = scored !== undefined && scored.done < scored.total;
  const main = isScoring ? scored : (Object.values(others).at(-1) ?? scored);
  const share = main === undefined || main.total === 0 ? 0 : main.done / main.total;
  const percent = `${Math.floor(100 * share)} %`.padStart(6);
  const cells = Math.min(60, width - percent.length);
  const full = Math.round(share * cells);
  return `${paint.green("━".repeat(full))}${paint.dim("─".repeat(cells - full))}${percent}`;
}

function runningLine(
  { what, instanceId, since }: Progressing["running"][number],
  now: number,
  width: number,
  paint: Paint,
): string {
  const time = clock((now - since) / 1000).padStart(6);
  const room = width - displayWidth(time) - 2;
  if (room < 4) return cutTo(clean(instanceId), width);
  const name = cutTo(clean(instanceId), room);
  const rest = room - displayWidth(name) - 2;
  const does = rest >= 4 ? `  ${cutTo(clean(what), rest)}` : "";
  return `${paint.dim(time)}  ${name}${paint.dim(does)}`;
}

/** Seconds until the end, from the pace so far; from the plan's estimate before there is one. */
function secondsLeft(state: Progressing, now: number): number | null {
  const main = Object.entries(state.counts).findLast(([name]) => name !== SCORED)?.[1];
  if (main === undefined || main.done >= main.total) return null;
  const cachedSoFar = state.cached.candidates ?? 0;
  const left = main.total - main.done - Math.max(0, state.expectedCached - cachedSoFar);
  if (state.worked >= 2 && state.workedSince !== null) {
    return (Math.max(0, left) * (now - state.workedSince)) / 1000 / state.worked;
  }
  return state.estimatedSeconds === null ? null : Math.max(0, state.estimatedSeconds - (now - state.startedAt) / 1000);
}

function perMinute({ worked, workedSince }: Progressing, now: number): string | null {
  if (worked < 2 || workedSince === null || now <= workedSince) return null;
  const rate = (60_000 * worked) / (now - workedSince);
  return rate >= 10 ? rate.toFixed(0) : rate.toFixed(1);
}

/** "45 s", "12 min", "3 h 20 min": as precise as an estimate is. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "0:42", "1:02:03". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
