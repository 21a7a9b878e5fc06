"""Prints as JSON what TensorBoard reads in a folder: {"tags": {tag: [[step, value, wall time], ...]}, "records": [...]}."""

import glob
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorflow.core.util import event_pb2
from tensorflow.data import TFRecordDataset

folder = sys.argv[1]
accumulator = EventAccumulator(folder, size_guidance={"scalars": 0})
accumulator.Reload()
tags = {
    tag: [[e.step, e.value, e.wall_time] for e in accumulator.Scalars(tag)]
    for tag in accumulator.Tags()["scalars"]
}
# TensorFlow's own reader checks every checksum and refuses a file with a wrong one.
records = []
for path in sorted(glob.glob(f"{folder}/*")):
    try:
        for record in TFRecordDataset(path):
            event = event_pb2.Event.FromString(record.numpy())
            records.append([event.WhichOneof("what"), event.step])
    except Exception as error:  # noqa: BLE001 - a cut file ends here, and the test asks for it
        records.append(["error", type(error).__name__])
print(json.dumps({"tags": tags, "records": records}))
