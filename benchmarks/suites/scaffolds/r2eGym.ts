// R2E-Gym: one line of a trajectory file an instance, with its steps, the final patch and the reward.
import { CHECKOUT, editorCall, editorSaw, type Finished, MODEL, seconds, shellSaw, xmlCall } from "./calls.js";

export function r2eGym({ instance, playback, done, resolved, gold }: Finished): unknown {
  const steps = playback.played.map((played) => {
    const { tool, args } = editorCall(played);
    const name = tool === "bash" ? "execute_bash" : "file_editor";
    const call = tool === "bash" ? { cmd: args.command } : args;
    const shown =
      tool === "bash"
        ? `Exit code: ${played.exit}\nExecution output of [execute_bash]:\n${shellSaw(played)}`
        : `Execution output of [file_editor]:\n${editorSaw(played)}`;
    return { thought: played.act.thought, action: xmlCall(name, call), observation: shown };
  });
  steps.push({ thought: done, action: xmlCall("finish", { command: "submit" }), observation: "<<< Finished >>>" });
  const history: unknown[] = [
    {
      role: "system",
      content:
        "You are a programming agent who is provided a github issue and repository bash environment and is tasked to solve it.",
    },
    {
      role: "user",
      content: `I have uploaded a code repository in the ${CHECKOUT} directory.\n\nNow consider the following Github issue:\n\n<github_issue>\n${instance.issue}\n</github_issue>\n\nCan you help me implement the necessary changes to the repository to fix the <github_issue>?`,
    },
  ];
  for (const { thought, action, observation } of steps) {
    history.push({ role: "assistant", content: `${thought}\n\n${action}` }, { role: "user", content: observation });
  }
  const ds = { repo: instance.repo, instance_id: instance.id, base_commit: null, patch: gold };
  return {
    trajectory_steps: steps.map((step, index) => ({
      step_idx: index,
      ...step,
      done: index === steps.length - 1,
      info: {},
      env_exec_time: seconds(step.action, index),
    })),
    history,
    problem_statement: instance.issue,
    docker_image: `demo/${instance.id}`,
    exp_name: "demo",
    env_args: { ds, repo_path: null, docker_image: null },
    agent_args: { llm_name: MODEL, other_args: {} },
    ds,
    max_steps: 40,
    exit_reason: "agent",
    output_patch: playback.patch,
    reward: resolved ? 1 : 0,
    test_output: "",
  };
}
