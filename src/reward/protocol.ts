// What goes between bestk and its scorer process: plain data and typed arrays, which advanced serialisation copies whole.

export interface TensorData {
  readonly type: "float32" | "int32" | "int64";
  readonly data: Float32Array | Int32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** Names of a model's inputs and outputs. */
export interface ModelIo {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export type ScorerRequest =
  | { readonly kind: "load"; readonly modelPath: string }
  | {
      readonly kind: "run";
      readonly id: number;
      readonly inputs: Readonly<Record<string, TensorData>>;
      readonly outputs: readonly string[];
    };

export type ScorerReply =
  | { readonly kind: "loaded"; readonly io: ModelIo }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "done"; readonly id: number; readonly outputs: Readonly<Record<string, TensorData>> }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
