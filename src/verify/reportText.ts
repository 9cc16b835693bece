// Reads a report that hostile code may have written: what would hang or end bestk is not read, and counts must agree.
import type { TestParser, TestReport } from "../parsers/report.js";

/** Outcomes, or null where the text is no report; `lie` says what no runner writes. */
export interface ReadReport {
  readonly report: TestReport | null;
  readonly lie: string | null;
}

/** `counted`: the runner writes into each suite how many failures, errors and skips it holds. */
export function readReport(text: string, parse: TestParser, counted: boolean): ReadReport {
  // Entities that expand to gigabytes are declared in a document type; what tests print is escaped.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return { report: null, lie: "the report declares a document type" };
  try {
    const report = parse(text);
    return { report, lie: report !== null && counted ? miscount(text) : null };
  } catch {
    // Such as elements nested so deep that no stack holds them.
    return { report: null, lie: "the report can't be read" };
  }
}

const COUNTS = { failures: "failure", errors: "error", skipped: "skipped" } as const;

function miscount(text: string): string | null {
  const suites = text.match(/<testsuites?\s[^>]*>/g) ?? [];
  for (const [attribute, element] of Object.entries(COUNTS)) {
    const value = new RegExp(`\\s${attribute}="(\\d+)"`);
    const counts = suites.flatMap((suite) => value.exec(suite)?.[1] ?? []);
    const said = counts.reduce((sum, count) => sum + Number(count), 0);
    const held = text.match(new RegExp(`<${element}[\\s/>]`, "g"))?.length ?? 0;
    // Old versions have another word for some.
    if (counts.length > 0 && said !== held) return `the report counts ${said} ${attribute} and holds ${held}`;
  }
  return null;
}
