// Runs an ONNX model: the only file that knows the engine. Lives in a child process, because a run blocks its event loop.
import * as ort from "onnxruntime-node";
import type { ModelIo, TensorData } from "./protocol.js";

export interface Session {
  readonly io: ModelIo;
  /** The named outputs. Throws what the engine throws: wrong shapes, unknown names, not enough memory. */
  run(
    inputs: Readonly<Record<string, TensorData>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, TensorData>>>;
}

/** A session on one thread: processes scale better than threads, and one thread gives the same sums every time. */
export async function openSession(modelPath: string): Promise<Session> {
  const session = await ort.InferenceSession.create(modelPath, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
  });
  return {
    io: { inputs: session.inputNames, outputs: session.outputNames },
    run: async (inputs, outputs) => {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, toEngine(tensor)]));
      const results = await session.run(feeds, [...outputs]);
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromEngine(name, tensor)]));
    },
  };
}

function toEngine({ type, data, dims }: TensorData): ort.Tensor {
  return new ort.Tensor(type, data, [...dims]);
}

function fromEngine(name: string, tensor: ort.OnnxValue): TensorData {
  if (!(tensor instanceof ort.Tensor)) throw new TypeError(`output ${name} is not a tensor`);
  const { type, data, dims } = tensor;
  if (type === "float32" && data instanceof Float32Array) return { type, data, dims };
  if (type === "int32" && data instanceof Int32Array) return { type, data, dims };
  if (type === "int64" && data instanceof BigInt64Array) return { type, data, dims };
  throw new TypeError(`output ${name} has type ${type}; float32, int32 and int64 are known`);
}
