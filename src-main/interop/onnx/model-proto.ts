/** ONNX' ModelProto (onnx/onnx.proto) of a graph of nodes: the few messages and fields that our networks need. */
import { bytesField, concatBytes, floatField, protoText, varintField } from '../../shared/protobuf.js';

/** Types of elements, as TensorProto.DataType numbers them. */
export const TYPES = { float32: 1, uint8: 2, int64: 7 } as const;

export type ElementType = keyof typeof TYPES;

/** Whole numbers, lists of them, a text, or one float. */
export type Attribute = number | readonly number[] | string | { float: number };

export interface OnnxNode {
  /** The operator. */
  kind: string;
  /** Also its name: it has one output. */
  output: string;
  /** Empty texts stand for optional ones that are left out. */
  inputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxConstant {
  name: string;
  shape: readonly number[];
  data: Float32Array | Uint8Array | BigInt64Array;
}

export interface OnnxValue {
  name: string;
  type: ElementType;
  /** Names stand for sides that are open. */
  shape: readonly (number | string)[];
}

export interface OnnxModel {
  name: string;
  producer: { name: string; version: string };
  nodes: readonly OnnxNode[];
  constants: readonly OnnxConstant[];
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  /** What is said of the model, by name. */
  metadata: Readonly<Record<string, string>>;
}

/** The set of operators and the version of the format that goes with it (ONNX 1.12). */
export const OPSET = 17;
const IR_VERSION = 8;

const text = (field: number, value: string) => bytesField(field, protoText(value));
const message = (field: number, ...parts: Uint8Array[]) => bytesField(field, concatBytes(parts));

/** The model's file. */
export function encodeOnnx({
  name,
  producer,
  nodes,
  constants,
  inputs,
  outputs,
  metadata,
}: OnnxModel): Uint8Array {
  const graph = [
    ...nodes.map(node),
    text(2, name),
    ...constants.map(constant),
    ...inputs.map((value) => valueInfo(11, value)),
    ...outputs.map((value) => valueInfo(12, value)),
  ];
  return concatBytes([
    varintField(1, IR_VERSION),
    text(2, producer.name),
    text(3, producer.version),
    message(7, ...graph),
    message(8, text(1, ''), varintField(2, OPSET)),
    ...Object.entries(metadata).map(([key, value]) => message(14, text(1, key), text(2, value))),
  ]);
}

const node = ({ kind, output, inputs, attributes }: OnnxNode) =>
  message(
    1,
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(3, output),
    text(4, kind),
    ...Object.entries(attributes).map(([name, value]) => message(5, text(1, name), ...attributeOf(value))),
  );

/** Value and type of an AttributeProto. */
function attributeOf(value: Attribute): Uint8Array[] {
  if (typeof value === 'number') return [varintField(3, value), varintField(20, 2)];
  if (typeof value === 'string') return [text(4, value), varintField(20, 3)];
  if ('float' in value) return [floatField(2, value.float), varintField(20, 1)];
  return [...value.map((one) => varintField(8, one)), varintField(20, 7)];
}

function constant({ name, shape, data }: OnnxConstant): Uint8Array {
  const type =
    data instanceof Float32Array ? TYPES.float32 : data instanceof Uint8Array ? TYPES.uint8 : TYPES.int64;
  return message(
    5,
    ...shape.map((side) => varintField(1, side)),
    varintField(2, type),
    text(8, name),
    // Little-endian, as every machine is that this runs on.
    bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
}

function valueInfo(field: number, { name, type, shape }: OnnxValue): Uint8Array {
  const sides = shape.map((side) =>
    message(1, typeof side === 'number' ? varintField(1, side) : text(2, side)),
  );
  const tensor = [varintField(1, TYPES[type]), message(2, ...sides)];
  return message(field, text(1, name), message(2, message(1, ...tensor)));
}
