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

export type TypedArray = Float32Array | Int32Array | Uint8Array;

/** A graph under construction in TensorFlow. */
export type GraphHandle = { readonly graph: unique symbol };

/** What an operation of a graph gives; null is a shape, −1 a side, that TensorFlow cannot tell before it runs. */
export interface GraphOutput {
  dtype: number;
  shape: number[] | null;
}

/** Number of an operation of a graph, and of one of its outputs. */
export type Place = readonly [operation: number, output: number];

/** What scripts/setup/addon/graph_functions.cc adds to the addon; an addon compiled elsewhere lacks it. */
export interface GraphFunctions {
  createGraph(): GraphHandle;
  /** The operation's OpDef, as protobuf. */
  describeOperation(graph: GraphHandle, type: string): Uint8Array;
  addOperation(
    graph: GraphHandle,
    type: string,
    name: string,
    attributes: Attribute[],
    inputs: (Place | { list: number[] })[],
    before: number[],
  ): GraphOutput[];
  addConstant(
    graph: GraphHandle,
    name: string,
    dtype: number,
    shape: number[],
    values: TypedArray,
  ): GraphOutput[];
  setShape(graph: GraphHandle, place: Place, shape: number[]): void;
  /** Makes a function of some operations, which `executeOp` then calls by its name. */
  addFunction(
    graph: GraphHandle,
    name: string,
    body: number[],
    inputs: number[],
    outputs: number[],
    effects: number[],
  ): void;
  removeFunction(name: string): void;
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
    TF_ATTR_SHAPE: number;
    TF_BOOL: number;
    TF_RESOURCE: number;
    createTensor(shape: number[], dtype: number, values: TypedArray): number;
    executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Handle[];
    tensorDataSync(id: number): TypedArray;
    deleteTensor(id: number): void;
  } & Partial<GraphFunctions>;
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

export type NodeBinding = NodeBackend['binding'];

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
