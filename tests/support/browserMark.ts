// The words in the name of every test that needs a browser, by which the reporter counts those it skipped.
export const BROWSER_MARK = "[browser]";
