import { expect, it } from "vitest";
import { printable } from "../../src/cli/terminal.js";

it("lets no name steer the terminal, and keeps lines, tabs and colours", () => {
  expect(printable("a\u001b]0;pwned\u0007b\u001b[2J\r\u009b2J")).toBe("a\\u001b]0;pwned\\u0007b\\u001b[2J\\r\uFFFD2J");
  expect(printable("\u001b[31mred\u001b[0m\tok\n")).toBe("\u001b[31mred\u001b[0m\tok\n");
});
