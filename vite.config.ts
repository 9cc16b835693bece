// How the report's page is built: one script and one style sheet, which report/ puts into each file it writes.
import { defineConfig } from "vite";

export default defineConfig({
  root: "src/report/app",
  publicDir: false,
  logLevel: "warn",
  build: {
    outDir: "../../../dist/report/app",
    emptyOutDir: true,
    // `light-dark()` and nesting stay as they are written.
    target: "es2022",
    cssTarget: "esnext",
    reportCompressedSize: false,
    lib: { entry: "main.tsx", formats: ["iife"], name: "bestkPage", fileName: () => "page.js", cssFileName: "page" },
  },
});
