"""Tells what Python's zipfile makes of an archive: checks every sum, unpacks it, and prints [name, size, sha256, year] of each file.

usage: zip_contents.py FILE FOLDER
"""

import hashlib
import json
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    archive.extractall(sys.argv[2])
    rows = [
        [info.filename, info.file_size, hashlib.sha256(archive.read(info)).hexdigest(), info.date_time[0]]
        for info in archive.infolist()
    ]
print(json.dumps(rows))
