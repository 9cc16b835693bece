// Labelled evidence of made-up rollouts, as a file has it: enough to fit on and to plan by.

/** Twelve instances with right and wrong rollouts: enough to fit on. */
export function manyInstances(): string {
  const lines = Array.from({ length: 48 }, (_, index) => {
    const [instance, rollout] = [Math.floor(index / 4), index % 4];
    const ok = (value: number) => ({ status: "ok", value });
    const signals = {
      regression: ok(-(index % 2)),
      reproduction: ok((index * 7) % 5),
      reward: ok(((index * 13) % 10) / 10),
    };
    const ids = { instanceId: `x__y-${instance}`, rolloutId: `r${rollout}`, candidateId: `sha256:${index}` };
    return { schema: "bestk.evidence/1", ...ids, signals, resolved: (instance + rollout) % 3 === 0 };
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}
