/**
 * Loads TensorFlow under tfjs-node and makes its gradients fast; the only file that imports tfjs-node-gpu.
 * Everything else in the engine takes `tf` from here.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import util from 'node:util';
import { AppError, messageOf } from '../shared/errors.js';
import type { DeviceInfo } from '../shared/engine-api.js';

type TensorFlow = typeof import('@tensorflow/tfjs-node-gpu');

/** An attribute of a TensorFlow operation, as the addon takes it. */
export interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

export interface Handle {
  id: number;
  shape: number[];
  dtype: number;
}

/** The parts of tfjs-node's backend that are private in its types; stable since tfjs-node 1. */
interface NodeBackend {
  binding: {
    TF_Version: string;
    TF_FLOAT: number;
    TF_INT32: number;
    TF_ATTR_TYPE: number;
    TF_ATTR_STRING: number;
    TF_ATTR_FLOAT: number;
    TF_ATTR_INT: number;
    TF_ATTR_BOOL: number;
    executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Handle[];
    deleteTensor(id: number): void;
  };
  isUsingGpuDevice: boolean;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: TensorInfo[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: Attribute[],
    inputs: TensorInfo[],
    count: number,
  ): Tensor[];
  createOutputTensor(handle: Handle): Tensor;
  getInputTensorIds(tensors: TensorInfo[]): number[];
}

export type Tensor = import('@tensorflow/tfjs-node-gpu').Tensor;
export type TensorInfo = import('@tensorflow/tfjs-node-gpu').TensorInfo;
export type Variable = import('@tensorflow/tfjs-node-gpu').Variable;
export type LayersModel = import('@tensorflow/tfjs-node-gpu').LayersModel;
export type SymbolicTensor = import('@tensorflow/tfjs-node-gpu').SymbolicTensor;
export type Layer = import('@tensorflow/tfjs-node-gpu').layers.Layer;

export const tf: TensorFlow = load();

export const backend = tf.backend() as unknown as NodeBackend;

function load(): TensorFlow {
  // Node 23 removed these two, which tfjs-node 4.22 still calls.
  const legacy = util as unknown as Record<string, unknown>;
  legacy['isNullOrUndefined'] ??= (value: unknown) => value == null;
  legacy['isArray'] = Array.isArray;
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  try {
    const loaded = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu') as TensorFlow;
    loaded.enableProdMode();
    return loaded;
  } catch (cause) {
    throw new AppError(
      'set-up',
      `TensorFlow could not be loaded (${messageOf(cause).split('\n')[0]}); "brushfield doctor" says what is missing.`,
      { cause },
    );
  }
}

/** What computes. The number of threads is what TensorFlow was told, else what this process may use. */
export function deviceInfo(): DeviceInfo {
  const threads = Number(process.env['TF_NUM_INTRAOP_THREADS']) || availableParallelism();
  const kind = backend.isUsingGpuDevice ? 'gpu' : 'cpu';
  const name = kind === 'gpu' ? 'GPU (CUDA)' : `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return { kind, name, tensorflow: backend.binding.TF_Version, threads };
}
