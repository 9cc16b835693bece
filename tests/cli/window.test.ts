// The live window: what it says of a run, that it fits any terminal, and that what is drawn is what a terminal then shows.
import { describe, expect, it } from "vitest";
import { displayWidth } from "../../src/cli/displayWidth.js";
import { follow, nothingYet, type Progressing } from "../../src/cli/follow.js";
import { liveRegion } from "../../src/cli/liveRegion.js";
import { sameCommand, shellWord } from "../../src/cli/resume.js";
import { wantsColor } from "../../src/cli/terminal.js";
import { clock, duration, windowLines } from "../../src/cli/window.js";
import type { RunEvent } from "../../src/run/events.js";

const plain = (text: string): string => text;
const PAINT = { bold: plain, dim: plain, green: plain, yellow: plain, red: plain };

function having(...events: readonly (readonly [number, RunEvent])[]): Progressing {
  return events.reduce((state, [at, event]) => follow(state, event, at), nothingYet(0));
}

function lines(state: Progressing, now: number, columns = 80, rows = 24): string[] {
  return windowLines(state, now, { columns, rows }, PAINT);
}

const PLAN: RunEvent = { type: "plan", instances: 2, rollouts: 9, candidates: 4, estimatedSeconds: 600 };
const candidate = (id: string, done: number, more: Partial<RunEvent> = {}): RunEvent =>
  ({
    type: "candidate",
    instanceId: "x__y-1",
    candidateId: id,
    cached: false,
    unavailable: null,
    seconds: 1,
    done,
    total: 4,
    ...more,
  }) as RunEvent;
const started = (candidateId: string): RunEvent => ({ type: "candidate-started", instanceId: "x__y-1", candidateId });

describe("what the window says", () => {
  it("is what runs, since when, and nothing of what has ended or was given up", () => {
    const state = having(
      [0, PLAN],
      [0, { type: "base-started", instanceId: "x__y-1" }],
      [1000, { type: "image-started", instanceId: "x__y-2" }],
      [5000, { type: "base", instanceId: "x__y-1", cached: false, seconds: 5 }],
      [5000, started("sha256:0123456789abcdef")],
    );
    expect(lines(state, 66_000).slice(2)).toEqual(["  1:05  x__y-2  image", "  1:01  x__y-1  0123456789ab"]);
    const givenUp = having(
      [0, started("sha256:ab")],
      [1, { type: "given-up", what: "candidate", instanceId: "x__y-1", candidateId: "sha256:ab", message: "gone" }],
    );
    expect(givenUp.running).toEqual([]);
  });

  it("is done of total, cached, infra, the pace, and the time that is left by it", () => {
    const state = having(
      [0, PLAN],
      [0, candidate("a", 1, { cached: true })],
      [0, started("b")],
      [30_000, candidate("b", 2)],
      [30_000, started("c")],
      [60_000, candidate("c", 3, { unavailable: "infra" })],
    );
    expect(lines(state, 60_000, 120)[0]).toBe(
      "3/4 candidates · about 30 s left · 1 infra · 1 cached · 2.0/min · 1:00 so far",
    );
    expect(lines(state, 60_000)[1]).toMatch(/^━{45}─{15} {2}75 %$/);
  });

  it("is the plan's estimate before there is a pace, and no guess once it is being stopped", () => {
    expect(lines(having([0, PLAN]), 60_000)[0]).toContain("about 9 min left");
    expect(lines(having([0, PLAN], [1, { type: "draining" }]), 60_000)[0]).toMatch(/^stopping: 0 in flight/);
    expect(lines(nothingYet(0), 2000)).toEqual(["reading · 0:02 so far"]);
  });

  it("fits every terminal, one of letters of two columns too", () => {
    const many = Array.from({ length: 40 }, (_, index): readonly [number, RunEvent] => [
      0,
      { type: "base-started", instanceId: `ディレクトリ__長い名前-${index}` },
    ]);
    const state = having([0, PLAN], ...many);
    for (const columns of [1, 10, 20, 39, 40, 80, 200]) {
      for (const rows of [1, 2, 3, 5, 24, 60]) {
        const shown = lines(state, 1e7, columns, rows);
        expect(shown.length).toBeLessThanOrEqual(Math.max(1, rows - 2));
        for (const line of shown) expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(8, columns - 1));
      }
    }
    expect(lines(state, 0, 80, 12).at(-1)).toBe("  … and 33 more");
  });

  it("lets no name steer the terminal", () => {
    const state = having([0, { type: "base-started", instanceId: "a\u001b[2Jb\nc" }]);
    expect(lines(state, 0).join("")).not.toMatch(/\p{Cc}/u);
  });

  it("says times as people do", () => {
    expect([0, 59.9, 60, 3723].map(clock)).toEqual(["0:00", "0:59", "1:00", "1:02:03"]);
    expect([0, 45, 600, 12_000].map(duration)).toEqual(["1 s", "45 s", "10 min", "3 h 20 min"]);
  });
});

const visible = (text: string): string => text.replaceAll("\u001b", "␛");

/** What a terminal shows: cursor up, return, erase to the end of line and screen, lines. */
function screenOf(written: string, columns: number): string[] {
  const screen: string[] = [""];
  let [row, column] = [0, 0];
  for (const [token] of visible(written).matchAll(/␛\[[?\d;]*[A-Za-z]|\r|\n|[^␛\r\n]/gu)) {
    const up = /^␛\[(\d+)A$/.exec(token)?.[1];
    if (up !== undefined) row = Math.max(0, row - Number(up));
    else if (token === "\r") column = 0;
    else if (token === "\n") {
      row += 1;
      column = 0;
      if (screen[row] === undefined) screen.push("");
    } else if (token.endsWith("[K")) screen[row] = (screen[row] ?? "").slice(0, column);
    else if (token.endsWith("[J")) screen.splice(row, screen.length, (screen[row] ?? "").slice(0, column));
    else if (!token.startsWith("␛")) {
      const line = (screen[row] ?? "").padEnd(column);
      screen[row] = line.slice(0, column) + token + line.slice(column + 1);
      column += 1;
      expect(column).toBeLessThan(columns);
    }
  }
  return screen;
}

describe("the region that it is drawn in", () => {
  it("keeps lines below what is printed, writes once a frame, and nothing for an equal one", () => {
    const writes: string[] = [];
    const region = liveRegion({ columns: 40, rows: 10, write: (text) => writes.push(text) });
    region.show(["one", "two", "three"]);
    region.print("a log line");
    region.show(["one", "2"]);
    expect(writes).toHaveLength(3);
    region.show(["one", "2"]);
    expect(writes).toHaveLength(3);
    expect(screenOf(writes.join(""), 40)).toEqual(["a log line", "one", "2", ""]);
    region.clear();
    region.print("the end");
    expect(screenOf(writes.join(""), 40)).toEqual(["a log line", "the end", ""]);
  });

  it("sets no mode but the frame's own, which it takes back: a kill leaves a usable terminal", () => {
    const writes: string[] = [];
    const region = liveRegion({ columns: 40, write: (text) => writes.push(text) });
    region.show(["one"]);
    region.print("x");
    for (const write of writes) {
      expect(visible(write).match(/␛\[\?\d+h/g) ?? []).toEqual(["␛[?2026h"]);
      expect(write.endsWith("\u001b[?2026l")).toBe(true);
    }
  });

  it("goes up over the rows that its lines take after the terminal was made narrower", () => {
    const writes: string[] = [];
    const stream = { columns: 40, write: (text: string) => writes.push(text) };
    const region = liveRegion(stream);
    region.show(["x".repeat(39), "short"]);
    stream.columns = 20;
    region.show(["y"]);
    expect(writes[1]).toContain("\u001b[3A\u001b[J");
  });

  it("leaves alone what stands there after somebody else moved the cursor", () => {
    const writes: string[] = [];
    const region = liveRegion({ columns: 40, write: (text) => writes.push(text) });
    region.show(["one"]);
    region.forget();
    region.show(["one"]);
    expect(visible(writes[1] ?? "")).not.toMatch(/␛\[\d+A/);
  });
});

describe("the command that goes on", () => {
  it("is the same one, quoted for the shell", () => {
    const argv = ["/usr/bin/node", "/usr/bin/bestk", "run", "my runs/*.traj", "--only", "it's", "-j", "4"];
    expect(sameCommand(["--run", "/tmp/a b"], argv)).toBe(
      "bestk run 'my runs/*.traj' --only 'it'\\''s' -j 4 --run '/tmp/a b'",
    );
    expect(sameCommand([], ["/usr/bin/node", `${process.cwd()}/dist/cli/main.js`, "demo"])).toBe(
      "node dist/cli/main.js demo",
    );
    expect(["", "a b", "$x", "a-b.c/d:e,f=1", "~/x"].map(shellWord)).toEqual([
      "''",
      "'a b'",
      "'$x'",
      "a-b.c/d:e,f=1",
      "'~/x'",
    ]);
  });
});

describe("colour", () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ TERM: "dumb" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, true],
  ])("%j on a terminal: %s", (env, isTerminal, expected) => {
    expect(wantsColor(env, isTerminal)).toBe(expected);
  });
});
