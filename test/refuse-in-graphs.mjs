/**
 * Preloaded into a program (`node --import`): TensorFlow's addon then takes any operation but one into its graphs, as one
 * that was compiled without it would. BRUSHFIELD_TEST_REFUSED names the operation.
 */
const { dlopen } = process;
const refused = process.env['BRUSHFIELD_TEST_REFUSED'];

process.dlopen = (module, ...rest) => {
  dlopen.call(process, module, ...rest);
  const addon = module.exports;
  if (!addon.addOperation) return;
  const value = (graph, type, ...others) => {
    if (type === refused) throw new Error(`Op type not registered '${type}'`);
    return addon.addOperation(graph, type, ...others);
  };
  // The addon's own properties are fixed.
  module.exports = Object.create(addon, { addOperation: { value } });
};
