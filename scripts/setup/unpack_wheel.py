"""Unpacks the members of a wheel that match one of the given patterns.

usage: unpack_wheel.py WHEEL DESTINATION PATTERN...

Prints one JSON object a line: {"path": ..., "bytes": ..., "sha256": ...}. Works on any Python 3.6 or newer.
"""

import hashlib
import json
import os
import re
import sys
import zipfile

CHUNK_BYTES = 1 << 20


def unpack(archive, member, destination):
    # normpath would hide a hostile "..", so refuse it instead.
    parts = member.filename.split("/")
    if ".." in parts or member.filename.startswith("/"):
        raise ValueError("the wheel holds an unsafe name: " + member.filename)
    path = os.path.join(destination, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    digest = hashlib.sha256()
    with archive.open(member) as source, open(path, "wb") as target:
        while True:
            chunk = source.read(CHUNK_BYTES)
            if not chunk:
                break
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    mode = member.external_attr >> 16
    os.chmod(path, 0o755 if mode & 0o111 else 0o644)
    return {"path": member.filename, "bytes": member.file_size, "sha256": digest.hexdigest()}


def main(wheel, destination, *patterns):
    wanted = [re.compile(pattern) for pattern in patterns]
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if not member.is_dir() and any(pattern.search(member.filename) for pattern in wanted):
                print(json.dumps(unpack(archive, member, destination)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
