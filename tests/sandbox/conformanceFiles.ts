// Files and the repository in a sandbox: whose they are, and what can't be reached through them.
import { expect, it } from "vitest";
import { never, text, type World } from "./conformanceWorld.js";

export function fileCases(world: World): void {
  const { run, withSandbox } = world;

  it("writes files into new folders with their mode, and replaces what is there", async () => {
    await withSandbox(async (sandbox) => {
      const files = [
        { path: "new/deep/test_it.py", content: "it's = 'ü'\n" },
        { path: `${sandbox.workdir}/run.sh`, content: "#!/bin/sh\necho ran\n", mode: 0o755 },
        { path: "raw.bin", content: new Uint8Array([0, 1, 254, 255, 37, 92, 39, 10]) },
        { path: "empty", content: "" },
        { path: "tests/test_old.py", content: "NEW = 1\n" },
      ];
      await sandbox.writeFiles(files, never);
      expect(text((await run("cat new/deep/test_it.py tests/test_old.py", {}, sandbox)).stdout)).toBe(
        "it's = 'ü'\nNEW = 1\n",
      );
      expect(text((await run("./run.sh", {}, sandbox)).stdout)).toBe("ran\n");
      for (const { path, content } of files) {
        const back = await sandbox.readFile(path, 1000, never);
        expect(back && Buffer.from(back)).toEqual(
          typeof content === "string" ? Buffer.from(content) : Buffer.from(content),
        );
      }
      const long = "0123456789abcde\n".repeat(80_000);
      await sandbox.writeFiles([{ path: "long.txt", content: long }], never);
      expect(text((await sandbox.readFile("long.txt", 1 << 24, never)) as Uint8Array)).toBe(long);
      expect(text((await sandbox.readFile("long.txt", 7, never)) as Uint8Array)).toBe("0123456");
    });
  });

  it("keeps the controller's files from a tested user of its own", async () => {
    await withSandbox(async (sandbox) => {
      await sandbox.writeFiles([{ path: "tests/deep/test_new.py", content: "SAFE\n" }], never);
      const attempts = [
        "echo bad >tests/deep/test_new.py",
        "rm -f tests/deep/test_new.py && echo bad >tests/deep/test_new.py",
        "mv tests/deep tests/away && mkdir tests/deep && echo bad >tests/deep/test_new.py",
        "mv tests away && mkdir -p tests/deep && echo bad >tests/deep/test_new.py",
        "echo bad >.git/HEAD; rm -rf .git; mv .git gone",
      ];
      for (const attempt of attempts) await run(attempt, {}, sandbox);
      const content = await sandbox.readFile("tests/deep/test_new.py", 100, never);
      const kept = content !== null && text(content) === "SAFE\n";
      const git = (await run("git rev-parse --verify HEAD", { user: "controller" }, sandbox)).exitCode === 0;
      expect([kept, git]).toEqual(world.subject.backend.guarantees.separateUser ? [true, true] : [false, false]);
    });
  }, 60_000);

  it("lets the tested user write beside the controller's files, as compilers and tests do", async () => {
    await withSandbox(async (sandbox) => {
      await sandbox.writeFiles([{ path: "tests/test_new.py", content: "" }], never);
      const script =
        "mkdir -p tests/__pycache__ && echo 1 >tests/__pycache__/x.pyc && echo 2 >tests/mine && rm tests/mine && touch top && rm top";
      expect(await run(script, {}, sandbox)).toMatchObject({ exitCode: 0, stderr: Buffer.alloc(0) });
      const replace = "echo 4 >package/new && mv -f package/new package/data.txt && cat package/data.txt";
      expect(text((await run(replace, {}, sandbox)).stdout)).toBe("4\n");
      expect((await run("echo 3 >hello.txt", {}, sandbox)).exitCode === 0).toBe(world.subject.ownsFiles);
    });
  });

  it("follows no link that tested code planted, neither reading nor writing", async () => {
    await withSandbox(async (sandbox) => {
      await run(
        "echo outside >/tmp/bestk-outside; mkdir real && echo inside >real/file; ln -s /tmp/bestk-outside link; ln -s /tmp folder; ln -s real alias; mkfifo pipe",
        {},
        sandbox,
      );
      for (const path of ["link", "folder/bestk-outside", "alias/file", "pipe", "real", "absent", "hello.txt/x"]) {
        expect([path, await sandbox.readFile(path, 100, never)]).toEqual([path, null]);
      }
      expect(text((await sandbox.readFile("real/../real/file", 100, never)) as Uint8Array)).toBe("inside\n");
      await sandbox.writeFiles(
        [
          { path: "link", content: "mine" },
          { path: "folder/new.txt", content: "mine" },
        ],
        never,
      );
      expect(
        text(
          (await run("cat /tmp/bestk-outside; cat link folder/new.txt; ls /tmp/new.txt 2>/dev/null", {}, sandbox))
            .stdout,
        ),
      ).toBe("outside\nminemine");
      await run("rm -f /tmp/bestk-outside", {}, sandbox);
    });
  });

  it("holds the base commit alone, and a clean tree", async () => {
    const git = async (args: string) => text((await run(`git ${args}`, { user: "controller" })).stdout).trim();
    expect(await git("rev-list --all --count")).toBe("1");
    expect(await git("remote")).toBe("");
    expect(await git("reflog")).toBe("");
    expect((await run("git log -1 --format=%H")).exitCode).toBe(0);
    await withSandbox(async (sandbox) => {
      const status = await run("git status --porcelain", { user: "controller" }, sandbox);
      expect([text(status.stdout), status.exitCode]).toEqual(["", 0]);
    });
  });

  it("runs no hook of the repository for the controller", async () => {
    await withSandbox(async (sandbox) => {
      const hook =
        "mkdir -p .git/hooks && printf '#!/bin/sh\\ntouch hooked\\n' >.git/hooks/post-checkout && chmod +x .git/hooks/post-checkout && git checkout -q -b other && ls";
      const result = await run(hook, { user: "controller" }, sandbox);
      expect(result.exitCode).toBe(0);
      expect(text(result.stdout)).not.toContain("hooked");
    });
  });
}
