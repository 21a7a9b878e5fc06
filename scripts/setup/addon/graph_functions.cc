/**
 * TensorFlow graphs for tfjs-node's addon: a graph is built operation by operation, TensorFlow infers the shapes of what
 * each gives, and parts of it become a function of the eager context, which executeOp() then calls by its name.
 *
 * Compiled together with the npm package's sources, which stay as they are; see docs/compiled-step.md.
 */
#include <node_api.h>

// The package registers its own table; ours, at the end, registers both.
#undef NAPI_MODULE
#define NAPI_MODULE(name, init)
#include "binding/tfjs_binding.cc"

#include <memory>
#include <string>
#include <vector>

namespace tfnodejs {

// The backend keeps its context to itself. Naming a private member is allowed in an explicit instantiation.
TFE_Context *ContextOf(TFJSBackend *backend);
template <TFE_Context *TFJSBackend::*member>
struct Reach {
  friend TFE_Context *ContextOf(TFJSBackend *backend) {
    return backend->*member;
  }
};
template struct Reach<&TFJSBackend::tfe_context_>;

struct Failure {
  std::string message;
};

/** An exception of JavaScript is under way already. */
struct Pending {};

static void Check(napi_env env, napi_status status) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending) throw Pending();
  if (status != napi_ok) throw Failure{"an argument has the wrong type"};
}

struct Status {
  TF_AutoStatus held;
  operator TF_Status *() { return held.status; }
  void Check() {
    if (TF_GetCode(held.status) != TF_OK) throw Failure{TF_Message(held.status)};
  }
};

struct Graph {
  TF_Graph *graph = TF_NewGraph();
  /** In the order in which they were added: their numbers in JavaScript. */
  std::vector<TF_Operation *> operations;
  ~Graph() { TF_DeleteGraph(graph); }
};

// ---- values of JavaScript ----

static napi_value Property(napi_env env, napi_value object, const char *name) {
  napi_value value;
  Check(env, napi_get_named_property(env, object, name, &value));
  return value;
}

static std::string Text(napi_env env, napi_value value) {
  std::string text;
  Check(env, GetStringParam(env, value, text));
  return text;
}

static double Number(napi_env env, napi_value value) {
  double number;
  Check(env, napi_get_value_double(env, value, &number));
  return number;
}

static bool Flag(napi_env env, napi_value value) {
  bool flag;
  Check(env, napi_get_value_bool(env, value, &flag));
  return flag;
}

static bool IsArray(napi_env env, napi_value value) {
  bool is_array;
  Check(env, napi_is_array(env, value, &is_array));
  return is_array;
}

static std::vector<napi_value> Elements(napi_env env, napi_value array) {
  uint32_t length;
  Check(env, napi_get_array_length(env, array, &length));
  std::vector<napi_value> elements(length);
  for (uint32_t i = 0; i < length; i++)
    Check(env, napi_get_element(env, array, i, &elements[i]));
  return elements;
}

/** A number, or a list of them. */
template <typename T>
static std::vector<T> Numbers(napi_env env, napi_value value) {
  std::vector<T> numbers;
  if (!IsArray(env, value)) return {static_cast<T>(Number(env, value))};
  for (napi_value element : Elements(env, value))
    numbers.push_back(static_cast<T>(Number(env, element)));
  return numbers;
}

static napi_value ToNumber(napi_env env, double number) {
  napi_value value;
  Check(env, napi_create_double(env, number, &value));
  return value;
}

static Graph *ToGraph(napi_env env, napi_value value) {
  void *graph;
  Check(env, napi_get_value_external(env, value, &graph));
  return static_cast<Graph *>(graph);
}

static TF_Operation *OperationAt(Graph *graph, double index) {
  if (!(index >= 0 && index < graph->operations.size()))
    throw Failure{"the graph has no such operation"};
  return graph->operations[static_cast<size_t>(index)];
}

/** [operation, output, operation, output …] */
static std::vector<TF_Output> Outputs(napi_env env, Graph *graph,
                                      napi_value pairs) {
  std::vector<TF_Output> outputs;
  const std::vector<double> numbers = Numbers<double>(env, pairs);
  for (size_t i = 0; i + 1 < numbers.size(); i += 2)
    outputs.push_back({OperationAt(graph, numbers[i]),
                       static_cast<int>(numbers[i + 1])});
  return outputs;
}

static std::vector<TF_Operation *> Operations(napi_env env, Graph *graph,
                                              napi_value indices) {
  std::vector<TF_Operation *> operations;
  for (double index : Numbers<double>(env, indices))
    operations.push_back(OperationAt(graph, index));
  return operations;
}

/** [{ dtype, shape }] of all outputs; null is a shape, −1 a side, that TensorFlow cannot tell. */
static napi_value Infos(napi_env env, Graph *graph, TF_Operation *operation) {
  napi_value infos;
  Check(env, napi_create_array(env, &infos));
  for (int i = 0; i < TF_OperationNumOutputs(operation); i++) {
    const TF_Output output = {operation, i};
    Status status;
    const int rank = TF_GraphGetTensorNumDims(graph->graph, output, status);
    status.Check();
    napi_value shape;
    if (rank < 0) {
      Check(env, napi_get_null(env, &shape));
    } else {
      std::vector<int64_t> sides(rank);
      TF_GraphGetTensorShape(graph->graph, output, sides.data(), rank, status);
      status.Check();
      Check(env, napi_create_array(env, &shape));
      for (int side = 0; side < rank; side++)
        Check(env, napi_set_element(env, shape, side,
                                    ToNumber(env, sides[side])));
    }
    napi_value info;
    Check(env, napi_create_object(env, &info));
    Check(env, napi_set_named_property(
                   env, info, "dtype",
                   ToNumber(env, TF_OperationOutputType(output))));
    Check(env, napi_set_named_property(env, info, "shape", shape));
    Check(env, napi_set_element(env, infos, i, info));
  }
  return infos;
}

static napi_value Finish(napi_env env, Graph *graph,
                         TF_OperationDescription *description) {
  Status status;
  TF_Operation *operation = TF_FinishOperation(description, status);
  status.Check();
  graph->operations.push_back(operation);
  return Infos(env, graph, operation);
}

static void SetAttribute(napi_env env, TF_OperationDescription *description,
                         napi_value attribute) {
  const std::string name = Text(env, Property(env, attribute, "name"));
  const int type = Number(env, Property(env, attribute, "type"));
  const napi_value value = Property(env, attribute, "value");
  switch (type) {
    case TF_ATTR_STRING: {
      const std::string text = Text(env, value);
      return TF_SetAttrString(description, name.c_str(), text.data(),
                              text.size());
    }
    case TF_ATTR_INT: {
      const std::vector<int64_t> numbers = Numbers<int64_t>(env, value);
      if (IsArray(env, value))
        return TF_SetAttrIntList(description, name.c_str(), numbers.data(),
                                 numbers.size());
      return TF_SetAttrInt(description, name.c_str(), numbers[0]);
    }
    case TF_ATTR_FLOAT: {
      const std::vector<float> numbers = Numbers<float>(env, value);
      if (IsArray(env, value))
        return TF_SetAttrFloatList(description, name.c_str(), numbers.data(),
                                   numbers.size());
      return TF_SetAttrFloat(description, name.c_str(), numbers[0]);
    }
    case TF_ATTR_BOOL: {
      if (!IsArray(env, value))
        return TF_SetAttrBool(description, name.c_str(), Flag(env, value));
      std::vector<unsigned char> flags;
      for (napi_value element : Elements(env, value))
        flags.push_back(Flag(env, element));
      return TF_SetAttrBoolList(description, name.c_str(), flags.data(),
                                flags.size());
    }
    case TF_ATTR_TYPE:
      return TF_SetAttrType(description, name.c_str(),
                            static_cast<TF_DataType>(Number(env, value)));
    case TF_ATTR_SHAPE: {
      const std::vector<int64_t> sides = Numbers<int64_t>(env, value);
      return TF_SetAttrShape(description, name.c_str(), sides.data(),
                             sides.size());
    }
    default:
      throw Failure{"the attribute " + name + " has a type that is not known"};
  }
}

// ---- the functions ----

static napi_value CreateGraph(napi_env env, const std::vector<napi_value> &) {
  napi_value value;
  Check(env, napi_create_external(
                 env, new Graph(),
                 [](napi_env, void *graph, void *) {
                   delete static_cast<Graph *>(graph);
                 },
                 nullptr, &value));
  return value;
}

/** (graph, type of operation) → Uint8Array, its OpDef as protobuf */
static napi_value DescribeOperation(napi_env env,
                                    const std::vector<napi_value> &args) {
  std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> buffer(
      TF_NewBuffer(), TF_DeleteBuffer);
  Status status;
  TF_GraphGetOpDef(ToGraph(env, args[0])->graph, Text(env, args[1]).c_str(),
                   buffer.get(), status);
  status.Check();
  napi_value bytes, array;
  void *data;
  Check(env, napi_create_arraybuffer(env, buffer->length, &data, &bytes));
  memcpy(data, buffer->data, buffer->length);
  Check(env, napi_create_typedarray(env, napi_uint8_array, buffer->length,
                                    bytes, 0, &array));
  return array;
}

/**
 * (graph, type, name, attributes as executeOp() takes them, inputs, operations that must have run before) → infos.
 * Each input is [operation, output], or { list: [operation, output, operation, output …] }.
 */
static napi_value AddOperation(napi_env env,
                               const std::vector<napi_value> &args) {
  Graph *graph = ToGraph(env, args[0]);
  // Read first: a description that is begun must be finished.
  std::vector<std::pair<bool, std::vector<TF_Output>>> inputs;
  for (napi_value input : Elements(env, args[4])) {
    const bool single = IsArray(env, input);
    inputs.push_back({single, Outputs(env, graph,
                                      single ? input
                                             : Property(env, input, "list"))});
  }
  const std::vector<TF_Operation *> before = Operations(env, graph, args[5]);
  const std::vector<napi_value> attributes = Elements(env, args[3]);
  TF_OperationDescription *description =
      TF_NewOperation(graph->graph, Text(env, args[1]).c_str(),
                      Text(env, args[2]).c_str());
  for (const auto &[single, outputs] : inputs) {
    if (single)
      TF_AddInput(description, outputs.at(0));
    else
      TF_AddInputList(description, outputs.data(), outputs.size());
  }
  for (TF_Operation *operation : before)
    TF_AddControlInput(description, operation);
  for (napi_value attribute : attributes)
    SetAttribute(env, description, attribute);
  return Finish(env, graph, description);
}

/** (graph, name, dtype, shape, typed array) → infos */
static napi_value AddConstant(napi_env env,
                              const std::vector<napi_value> &args) {
  Graph *graph = ToGraph(env, args[0]);
  const std::string name = Text(env, args[1]);
  const auto dtype = static_cast<TF_DataType>(Number(env, args[2]));
  const std::vector<int64_t> shape = Numbers<int64_t>(env, args[3]);
  size_t length;
  void *data;
  napi_typedarray_type type;
  Check(env, napi_get_typedarray_info(env, args[4], &type, &length, &data,
                                      nullptr, nullptr));
  const size_t width =
      type == napi_float32_array || type == napi_int32_array ? 4 : 1;
  std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)> tensor(
      TF_AllocateTensor(dtype, shape.data(), shape.size(), length * width),
      TF_DeleteTensor);
  if (!tensor || TF_TensorByteSize(tensor.get()) != length * width)
    throw Failure{"the constant has another size than its shape says"};
  memcpy(TF_TensorData(tensor.get()), data, length * width);
  TF_OperationDescription *description =
      TF_NewOperation(graph->graph, "Const", name.c_str());
  Status status;
  TF_SetAttrType(description, "dtype", dtype);
  TF_SetAttrTensor(description, "value", tensor.get(), status);
  return Finish(env, graph, description);
}

/** (graph, [operation, output], shape): what TensorFlow cannot tell, but the caller knows. */
static napi_value SetShape(napi_env env, const std::vector<napi_value> &args) {
  Graph *graph = ToGraph(env, args[0]);
  const std::vector<int64_t> shape = Numbers<int64_t>(env, args[2]);
  Status status;
  TF_GraphSetTensorShape(graph->graph, Outputs(env, graph, args[1]).at(0),
                         shape.data(), shape.size(), status);
  status.Check();
  return nullptr;
}

/** (graph, name, operations of the body, inputs, outputs, operations that must run): the function is then in the context. */
static napi_value AddFunction(napi_env env,
                              const std::vector<napi_value> &args) {
  Graph *graph = ToGraph(env, args[0]);
  const std::string name = Text(env, args[1]);
  const std::vector<TF_Operation *> body = Operations(env, graph, args[2]);
  const std::vector<TF_Output> inputs = Outputs(env, graph, args[3]);
  const std::vector<TF_Output> outputs = Outputs(env, graph, args[4]);
  const std::vector<TF_Operation *> effects = Operations(env, graph, args[5]);
  TFJSBackend *const backend = GetTFJSBackend(env);
  if (!backend) throw Pending();
  Status status;
  std::unique_ptr<TF_Function, decltype(&TF_DeleteFunction)> function(
      TF_GraphToFunctionWithControlOutputs(
          graph->graph, name.c_str(), 0, body.size(), body.data(),
          inputs.size(), inputs.data(), outputs.size(), outputs.data(), nullptr,
          effects.size(), effects.data(), nullptr, nullptr, nullptr, status),
      TF_DeleteFunction);
  status.Check();
  TFE_ContextAddFunction(ContextOf(backend), function.get(), status);
  status.Check();
  return nullptr;
}

static napi_value RemoveFunction(napi_env env,
                                 const std::vector<napi_value> &args) {
  TFJSBackend *const backend = GetTFJSBackend(env);
  if (!backend) throw Pending();
  Status status;
  TFE_ContextRemoveFunction(ContextOf(backend), Text(env, args[0]).c_str(),
                            status);
  status.Check();
  return nullptr;
}

template <napi_value (*function)(napi_env, const std::vector<napi_value> &),
          size_t count>
static napi_value Call(napi_env env, napi_callback_info info) {
  try {
    size_t argc = count;
    std::vector<napi_value> args(count);
    Check(env, napi_get_cb_info(env, info, &argc, args.data(), nullptr,
                                nullptr));
    return function(env, args);
  } catch (const Failure &failure) {
    napi_throw_error(env, nullptr, failure.message.c_str());
  } catch (const Pending &) {
  } catch (const std::exception &error) {
    napi_throw_error(env, nullptr, error.what());
  }
  return nullptr;
}

static napi_value InitWithGraphs(napi_env env, napi_value exports) {
  exports = InitTFNodeJSBinding(env, exports);
  const napi_property_descriptor functions[] = {
#define FUNCTION(name, function, count)                                     \
  {name,    nullptr,      Call<function, count>, nullptr, nullptr, nullptr, \
   napi_default, nullptr}
      FUNCTION("createGraph", CreateGraph, 0),
      FUNCTION("describeOperation", DescribeOperation, 2),
      FUNCTION("addOperation", AddOperation, 6),
      FUNCTION("addConstant", AddConstant, 5),
      FUNCTION("setShape", SetShape, 3),
      FUNCTION("addFunction", AddFunction, 6),
      FUNCTION("removeFunction", RemoveFunction, 1),
#undef FUNCTION
  };
  const napi_status status = napi_define_properties(
      env, exports, ARRAY_SIZE(functions), functions);
  ENSURE_NAPI_OK_RETVAL(env, status, exports);
  return exports;
}

}  // namespace tfnodejs

NAPI_MODULE_INIT() { return tfnodejs::InitWithGraphs(env, exports); }
