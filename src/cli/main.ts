#!/usr/bin/env node
// The program: runs the command line and leaves its exit code, with every expected failure as a message and a hint.
import { runCommandLine } from "./program.js";

process.exitCode = await runCommandLine(process.argv.slice(2));
