// Ties a schema to the type that its writers use: where the two have other fields, or a value doesn't fit, it doesn't compile.
import type { z } from "zod";
import type { Cut } from "../reward/render.js";
import type { RankedTest } from "../select/testInformation.js";
import type { InstanceCounts, TEST_SHARES } from "../study/testRates.js";
import type { LlmCost } from "../testgen/llm.js";

/** `bestk.render/1`. */
export interface RenderLine {
  readonly schema: "bestk.render/1";
  readonly instanceId: string;
  readonly rolloutId: string;
  readonly tokens: number;
  readonly cutTokens: number;
  readonly cuts: readonly Cut[];
  readonly text: string;
  readonly features: readonly number[];
}

/** `bestk.testgen/1`. */
export interface WrittenLine {
  readonly schema: "bestk.testgen/1";
  readonly instanceId: string;
  readonly tests: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly cost: LlmCost;
  readonly failure: string | null;
}

/** `bestk.testgen-report/1`. */
export interface TestReport {
  readonly schema: "bestk.testgen-report/1";
  readonly instances: readonly (InstanceCounts & { readonly telling: readonly RankedTest[] })[];
  readonly overall: readonly {
    readonly source?: string | null;
    readonly instances: number;
    readonly tests: number;
    readonly judgedInstances: number;
    readonly shares: Readonly<Record<keyof typeof TEST_SHARES, number | null>>;
  }[];
}

type Leaf = string | number | boolean | null | undefined;

/** The fields of a type at every depth, whatever their values. */
type Shape<T> = T extends Leaf
  ? "leaf"
  : T extends readonly (infer U)[]
    ? readonly Shape<U>[]
    : T extends object
      ? { readonly [K in keyof T]: Shape<Exclude<T[K], undefined>> }
      : "any";

/** A type without the difference between `T | undefined` and an absent field, which JSON does not know. */
type Plain<T> = T extends Leaf
  ? T
  : T extends readonly (infer U)[]
    ? readonly Plain<U>[]
    : T extends object
      ? { readonly [K in keyof T]: Plain<Exclude<T[K], undefined>> }
      : T;

type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

type Fits<Written, Told> =
  Same<Shape<Written>, Shape<Told>> extends true ? (Plain<Written> extends Plain<Told> ? true : false) : false;

/** `told<T>()(schema)` is `schema`, and an error where the schema doesn't tell of a `T`. */
export function told<Written>(): <S extends z.ZodType>(
  schema: Fits<Written, z.output<S>> extends true ? S : never,
) => z.ZodType {
  return (schema) => schema;
}
