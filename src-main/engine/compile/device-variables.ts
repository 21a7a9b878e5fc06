/**
 * Variables of tfjs as resources that TensorFlow keeps on its device, for functions that read and write them there.
 *
 * What a function writes reaches tfjs's variable only by `pull`; what is assigned to tfjs's variable reaches the resource
 * before the next function runs. If both happened, the assignment counts.
 */
import { backend, type Attribute, type Variable } from '../tensorflow.js';

interface Resource {
  handle: number;
  dtype: Attribute;
  /** What tfjs's variable held when both were last equal. */
  synced: object | null;
  /** A function has written it since. */
  ahead: boolean;
}

let made = 0;

export class DeviceVariables {
  private readonly resources = new Map<Variable, Resource>();

  /** Handles of the resources, with what tfjs's variables hold. */
  handlesOf(variables: readonly Variable[]): number[] {
    return variables.map((variable) => {
      const resource = this.resourceOf(variable);
      if (resource.synced !== variable.dataId) {
        const { binding } = backend;
        // A copy: tensors share memory with JavaScript, which only its own thread may let go, and TensorFlow lets go of a
        // resource's memory on any of its threads.
        const attributes = [{ ...resource.dtype, name: 'T' }];
        const [copy] = binding.executeOp('DeepCopy', attributes, backend.getInputTensorIds([variable]), 1);
        binding.executeOp('AssignVariableOp', [resource.dtype], [resource.handle, copy!.id], 0);
        binding.deleteTensor(copy!.id);
        resource.synced = variable.dataId;
        resource.ahead = false;
      }
      return resource.handle;
    });
  }

  /** A function has written these. */
  wereWritten(variables: readonly Variable[]): void {
    for (const variable of variables) this.resourceOf(variable).ahead = true;
  }

  /** Brings what functions have written to tfjs's variables. Costs no copy: memory is shared until the next write. */
  pull(): void {
    for (const [variable, resource] of this.resources) {
      if (!resource.ahead) continue;
      resource.ahead = false;
      // Assigned to since: that counts.
      if (variable.isDisposed || resource.synced !== variable.dataId) continue;
      const [read] = backend.binding.executeOp('ReadVariableOp', [resource.dtype], [resource.handle], 1);
      const value = backend.createOutputTensor(read!);
      variable.assign(value);
      value.dispose();
      resource.synced = variable.dataId;
    }
  }

  /** Frees the device's memory. What was not pulled is lost. */
  dispose(): void {
    const { binding } = backend;
    const ignore = { name: 'ignore_lookup_error', type: binding.TF_ATTR_BOOL, value: true };
    for (const { handle } of this.resources.values()) {
      binding.executeOp('DestroyResourceOp', [ignore], [handle], 0);
      binding.deleteTensor(handle);
    }
    this.resources.clear();
  }

  private resourceOf(variable: Variable): Resource {
    const known = this.resources.get(variable);
    if (known) return known;
    const { binding } = backend;
    const dtype = {
      name: 'dtype',
      type: binding.TF_ATTR_TYPE,
      value: variable.dtype === 'int32' ? binding.TF_INT32 : binding.TF_FLOAT,
    };
    const text = (name: string, value: string) => ({ name, type: binding.TF_ATTR_STRING, value });
    const [handle] = binding.executeOp(
      'VarHandleOp',
      [
        dtype,
        { name: 'shape', type: binding.TF_ATTR_SHAPE, value: variable.shape },
        text('shared_name', `device_variable_${++made}`),
        text('container', ''),
      ],
      [],
      1,
    );
    const resource = { handle: handle!.id, dtype, synced: null, ahead: false };
    this.resources.set(variable, resource);
    return resource;
  }
}
