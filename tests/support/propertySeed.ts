// Property tests draw new cases at each run, except where a seed is given: a change is judged on the same cases as the one before.
import process from "node:process";

const seed = Number(process.env.BESTK_PROPERTY_SEED ?? Number.NaN);

if (Number.isInteger(seed)) {
  const { default: fc } = await import("fast-check");
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
}
