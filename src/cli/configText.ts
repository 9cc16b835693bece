// The text of a new bestk.config.yaml: what was found as settings, the rest as comments with what they mean.
import { stringify } from "yaml";
import type { Detected } from "./detectFolder.js";

export function configText({ rollouts, instances, runner }: Detected): string {
  const found = (names: readonly string[]): string =>
    stringify(names, { flowCollectionPadding: false, collectionStyle: "flow" }).trim();
  const formats = [...new Set(rollouts.flatMap((each) => each.formats))].join(", ");
  const records = instances.reduce((sum, each) => sum + each.instances, 0);
  return `# Settings of bestk. A flag on the command line wins over a variable (BESTK_JOBS=8), and that over this file.
# \`bestk run --show-config\` prints each setting and where it comes from; \`bestk run --help\` has them all.

# What verbs read that are given no rollouts: files, folders or globs.
${
  rollouts.length > 0
    ? `# Found: ${formats}. \`bestk inspect\` says what was understood of each file.
rollouts: ${found(rollouts.map(({ path }) => path))}`
    : `# None was found here; \`bestk inspect PATH\` says what bestk makes of a file.
# rollouts: [trajectories/]`
}

# Instance records: the issue, the repository or image, and the tests of each instance.
${
  instances.length > 0
    ? `# Found: ${records} instances.
instances: ${found(instances.map(({ path }) => path))}`
    : `# None was found here. One record a line, in SWE-bench's words and bestk's own (\`bestk schema instance\`), such as
#   {"instance_id": "me__project-1", "problem_statement": "…", "repository": ".", "base_commit": "HEAD",
#    "base_image": "python:3.12", "setup": ["pip install -e . pytest"], "regression_tests": {"runner": "${runner?.name ?? "pytest"}"}}
# instances: [instances.jsonl]`
}

# Containers at a time. Each may take the memory and the processors below.
# jobs: 2
# memory: 4g
# cpus: 1
# disk: 4g

# Where patches run: docker; or process, without any wall, for suites that you trust.
# sandbox: docker

# Seconds of each test command, in place of what the instances say.
# test-timeout: 300

# A section of a verb's name holds settings of that verb alone.
run:
  # Where everything is kept; the same command again goes on from there.
  run: bestk-run
  # How signals are combined (an unknown name answers with those there are).
  aggregator: hybrid
  # Exit 4 if a larger share of the evidence is missing.
  # max-unavailable: 0.2

${
  runner === null
    ? `# testgen:
#   import:
#     runner: pytest`
    : `# ${runner.because} says that tests run by ${runner.name}.
testgen:
  import:
    runner: ${runner.name}`
}
`;
}
