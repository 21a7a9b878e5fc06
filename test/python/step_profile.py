"""Where the time of a training step goes, by kind of operation, for `brushfield bench train --profile`.

python step_profile.py ours FILE      FILE: a function as recording.ts tells it, as JSON
python step_profile.py keras CONFIG   CONFIG as JSON, see train-bench-server.ts
    Prints {"wallMs", "kinds": {kind: ms}}: means of a step. Both run as TensorFlow 1 sessions with a trace of every operation,
    after TensorFlow's own optimisation; times of operations that run side by side both count.
"""

import collections
import json
import re
import sys
import time

import numpy as np
import tensorflow as tf

SKIPPED, STEPS = 3, 6
v1 = tf.compat.v1


def main():
    kind, given = sys.argv[1:]
    build = from_recording(given) if kind == "ours" else from_keras(given)
    graph = v1.Graph()
    with graph.as_default():
        feeds, targets, resources = build()
        # Small and positive: some stand for variances.
        starts = [
            tf.raw_ops.AssignVariableOp(resource=handle, value=tf.cast(tf.random.uniform(shape, 0.01, 0.05), dtype))
            for handle, shape, dtype in resources
        ]
    totals, wall = collections.Counter(), 0.0
    with v1.Session(graph=graph) as session:
        session.run(starts)
        for step in range(SKIPPED + STEPS):
            metadata = v1.RunMetadata()
            options = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE)
            began = time.perf_counter()
            session.run(targets, feeds, options=options, run_metadata=metadata)
            if step < SKIPPED:
                continue
            wall += time.perf_counter() - began
            for device in metadata.step_stats.dev_stats:
                for node in device.node_stats:
                    kind = re.search(r"= ?(\w+)\(", node.timeline_label)
                    if kind:
                        totals[kind[1].removeprefix("_MklNative").removeprefix("_Mkl").lstrip("_")] += (
                            node.op_end_rel_micros - node.op_start_rel_micros
                        )
    kinds = {kind: total / 1000 / STEPS for kind, total in totals.most_common()}
    print(json.dumps({"wallMs": wall * 1000 / STEPS, "kinds": kinds}))


def fed(shape, dtype, random=np.random.default_rng(1)):
    """Noise as pixels, classes as labels; rates are small."""
    if dtype.is_floating:
        return random.normal(size=shape) if len(shape) > 1 else np.full(shape, 1e-3)
    return random.integers(0, 2, shape)


def from_recording(path):
    with open(path) as file:
        function = json.load(file)
    return lambda: rebuilt(function)


def rebuilt(function):
    operations, body = function["operations"], set(function["body"])
    given = set(function["inputs"][::2])
    graph, values, feeds, resources = v1.get_default_graph(), {}, {}, []
    for index, operation in enumerate(operations):
        if index not in body and index not in given:
            continue
        kind, outputs = operation["type"], operation["outputs"]
        if kind == "Placeholder":
            dtype = tf.as_dtype(outputs[0]["dtype"])
            if dtype == tf.resource:
                shape, dtype = variable_of(operations, body, index)
                handle = tf.raw_ops.VarHandleOp(dtype=dtype, shape=shape, shared_name=f"v{index}")
                resources.append((handle, shape, dtype))
                values[index] = [handle]
            else:
                placeholder = v1.placeholder(dtype, outputs[0]["shape"])
                feeds[placeholder] = fed(outputs[0]["shape"], dtype)
                values[index] = [placeholder]
        elif kind == "Const":
            dtype = tf.as_dtype(outputs[0]["dtype"])
            array = np.array(operation["values"]).astype(dtype.as_numpy_dtype).reshape(outputs[0]["shape"])
            values[index] = [tf.constant(array)]
        else:
            inputs = []
            for one in operation["inputs"]:
                places = one["list"] if isinstance(one, dict) else one
                inputs += [values[a][b] for a, b in zip(places[::2], places[1::2])]
            attributes = {one["name"]: attribute(one) for one in operation["attributes"]}
            before = [values[i][-1].op if values[i] else values[i, "op"] for i in operation["before"]]
            with graph.control_dependencies(before):
                made = graph.create_op(
                    kind, inputs, [tf.as_dtype(one["dtype"]) for one in outputs], attrs=attributes
                )
            values[index], values[index, "op"] = list(made.outputs), made
    targets = [values[a][b] for a, b in zip(function["outputs"][::2], function["outputs"][1::2])]
    targets += [values[index, "op"] for index in function["effects"]]
    return feeds, targets, resources


def variable_of(operations, body, index):
    """Shape and type of what a resource holds, from whoever reads or writes it."""
    for number in sorted(body):
        operation = operations[number]
        if not any(one[0] == index for one in operation["inputs"] if not isinstance(one, dict)):
            continue
        if operation["type"] == "ReadVariableOp":
            held = operation["outputs"][0]
        else:
            at, output = operation["inputs"][-1]
            held = operations[at]["outputs"][output]
        return held["shape"], tf.as_dtype(held["dtype"])
    raise ValueError(f"nobody uses input {index}")


def attribute(given):
    """As tfjs-node numbers the kinds: text, integers, floats, flags, types, shapes."""
    made, value = v1.AttrValue(), given["value"]
    many = value if isinstance(value, list) else None
    if given["type"] == 0:
        made.s = value.encode()
    elif given["type"] == 1:
        made.list.i.extend(many) if many is not None else setattr(made, "i", value)
    elif given["type"] == 2:
        made.list.f.extend(many) if many is not None else setattr(made, "f", value)
    elif given["type"] == 3:
        made.list.b.extend(many) if many is not None else setattr(made, "b", value)
    elif given["type"] == 4:
        made.type = value
    else:
        made.shape.CopyFrom(tf.TensorShape(value).as_proto())
    return made


def from_keras(text):
    sys.argv = ["train_bench.py", text]
    import train_bench

    side, count = train_bench.size, train_bench.count
    x = tf.TensorSpec([count, side, side, train_bench.config["channels"]], tf.float32)
    concrete = train_bench.train.get_concrete_function(x, tf.TensorSpec([count, side, side], tf.int32))
    return lambda: imported(concrete)


def imported(concrete):
    inner, mapping, feeds, resources = concrete.graph, {}, {}, []
    variables = {id(variable.handle): variable for variable in inner.variables}
    captured = {id(inside): outside for outside, inside in inner.captures}
    for inside in inner.inputs:
        outside = captured.get(id(inside))
        if outside is None:
            mapping[inside.name] = v1.placeholder(inside.dtype, inside.shape)
            feeds[mapping[inside.name]] = fed(inside.shape.as_list(), inside.dtype)
        elif inside.dtype == tf.resource:
            variable = variables[id(outside)]
            shape, dtype = variable.shape.as_list(), variable.dtype
            handle = tf.raw_ops.VarHandleOp(dtype=dtype, shape=shape, shared_name=f"v{len(resources)}")
            resources.append((handle, shape, dtype))
            mapping[inside.name] = handle
        else:
            mapping[inside.name] = tf.constant(outside.numpy())
    names = [one.name for one in inner.outputs] + [one.name for one in inner.control_outputs]
    made = v1.import_graph_def(inner.as_graph_def(), mapping, names, name="")
    return feeds, made, resources


if __name__ == "__main__":
    main()
