/** What TensorFlow says of an operation's inputs and attributes: the little of an OpDef that a graph needs. */

export interface OperationDefinition {
  attributes: ReadonlySet<string>;
  /** For each input whether it is a list of tensors. */
  lists: readonly boolean[];
  /** For each input the attribute that is its type; null where it has none. */
  types: readonly (string | null)[];
}

/** Fields of tensorflow/core/framework/op_def.proto. */
const FIELDS = {
  operation: { input: 2, attribute: 4 },
  input: { typeAttribute: 4, numberAttribute: 5, typeListAttribute: 6 },
  attribute: { name: 1 },
} as const;

/** @param bytes an OpDef as protobuf. */
export function readOperationDefinition(bytes: Uint8Array): OperationDefinition {
  const attributes = new Set<string>();
  const lists: boolean[] = [];
  const types: (string | null)[] = [];
  for (const [field, value] of messageFields(bytes)) {
    if (field === FIELDS.operation.attribute)
      for (const [part, name] of messageFields(value))
        if (part === FIELDS.attribute.name) attributes.add(new TextDecoder().decode(name));
    if (field === FIELDS.operation.input) {
      const parts = new Map(messageFields(value));
      const type = parts.get(FIELDS.input.typeAttribute);
      types.push(type ? new TextDecoder().decode(type) : null);
      lists.push(parts.has(FIELDS.input.numberAttribute) || parts.has(FIELDS.input.typeListAttribute));
    }
  }
  return { attributes, lists, types };
}

/** Number and bytes of each field of a message; numbers and fixed values come without bytes. */
function* messageFields(bytes: Uint8Array): Generator<[number, Uint8Array]> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const kind = tag & 7;
    const none = new Uint8Array();
    if (kind === 2) {
      const length = varint();
      yield [tag >>> 3, bytes.subarray(at, (at += length))];
    } else {
      if (kind === 0) varint();
      else at += kind === 1 ? 8 : 4;
      yield [tag >>> 3, none];
    }
  }
}
