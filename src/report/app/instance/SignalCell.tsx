// A signal is a value or a reason: a value with a bar where it has a scale, a reason in words.
import type { Signal, SignalName } from "../../../core/signal.js";
import { decimal } from "../format.js";
import { plain } from "../text/visible.js";

interface SignalColumn {
  readonly name: SignalName;
  readonly word: string;
  readonly title: string;
  readonly show: (value: number) => string;
  readonly bar: boolean;
}

export const SIGNALS: readonly SignalColumn[] = [
  {
    name: "regression",
    word: "Regression",
    title: "Regression tests that fail though they passed on base, as a negative number; 0 is best",
    show: decimal,
    bar: false,
  },
  { name: "reproduction", word: "Reproduction", title: "Generated tests passed", show: decimal, bar: false },
  {
    name: "reward",
    word: "Reward",
    title: "The reward model's score, 0 to 1",
    show: (value) => value.toFixed(3),
    bar: true,
  },
];

interface Props {
  readonly signal: Signal;
  readonly show: (value: number) => string;
  readonly bar: boolean;
}

export function SignalCell({ signal, show, bar }: Props) {
  if (signal.status === "unavailable") {
    return (
      <td class="signal unavailable" title={plain(signal.message)}>
        {signal.reason}
      </td>
    );
  }
  return (
    <td class="signal">
      <span class="value">{show(signal.value)}</span>
      {bar && (
        <span class="meter" aria-hidden="true">
          <span style={{ width: `${100 * Math.min(1, Math.max(0, signal.value))}%` }} />
        </span>
      )}
    </td>
  );
}
