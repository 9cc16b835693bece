import { describe, expect, it } from "vitest";
import { withBaseTestSections } from "../../src/verify/testSections.js";

const CFG = "[metadata]\nname = x\n\n[tool:pytest]\naddopts = -q\n\n[options]\nzip_safe = 0\n";

describe("withBaseTestSections", () => {
  it("leaves a file alone whose test sections are base's", () => {
    const patched = CFG.replace("name = x", "name = y");
    expect(withBaseTestSections("setup.cfg", CFG, patched)).toBe(patched);
  });

  it("takes base's test sections and the patch's others", () => {
    const patched = `${CFG.replace("-q", "-p evil").replace("name = x", "name = y")}[coverage:run]\nplugins = evil\n`;
    const mended = withBaseTestSections("setup.cfg", CFG, patched);
    expect(mended).toContain("name = y");
    expect(mended).toContain("addopts = -q");
    expect(mended).not.toContain("evil");
  });

  it("brings back a test section that the patch removed, and none where base has no file", () => {
    expect(withBaseTestSections("setup.cfg", CFG, "[metadata]\nname = x\n")).toContain("addopts = -q");
    expect(withBaseTestSections("a/setup.cfg", null, CFG)).not.toContain("addopts");
  });

  it.each([
    '[tool]\npytest.ini_options = {addopts = "-p evil"}\n',
    'tool.pytest.ini_options.addopts = "-p evil"\n',
    '[tool."py\\u0074est".ini_options]\naddopts = "-p evil"\n',
    "[tool.'pytest'.ini_options]\naddopts = '-p evil'\n",
  ])("believes no TOML that could hide test settings: %s", (text) => {
    const base = '[project]\nname = "x"\n';
    expect(withBaseTestSections("pyproject.toml", base, text + base)).toBeNull();
  });

  it("knows a table by its name whatever blanks are in it", () => {
    expect(withBaseTestSections("pyproject.toml", "", '[ tool . pytest . ini_options ]\naddopts = "-p evil"\n')).toBe(
      "",
    );
  });

  it("keeps an ordinary change of TOML", () => {
    const patched = '[project]\nname = "y"\nlist = [\n  "a",\n]\n\n[[tool.mypy.overrides]]\nmodule = "z"\n';
    expect(withBaseTestSections("pyproject.toml", '[project]\nname = "x"\n', patched)).toBe(patched);
  });

  it("keeps the test scripts and runners' settings of package.json", () => {
    const base = '{"scripts":{"test":"node --test","build":"a"},"jest":{"bail":1}}';
    const patched = '{"version":"2.0.0","scripts":{"test":"true","build":"b"},"mocha":{"spec":"x"}}';
    const mended = JSON.parse(withBaseTestSections("package.json", base, patched) as string);
    expect(mended).toEqual({ version: "2.0.0", scripts: { test: "node --test", build: "b" }, jest: { bail: 1 } });
    expect(withBaseTestSections("package.json", base, base)).toBe(base);
    expect(withBaseTestSections("package.json", base, "{")).toBeNull();
  });
});
