"""Reads tables of measurements as Python's csv module does: measurement_tables.py FILE.csv … Prints a list of rows for each."""

import csv
import json
import sys

tables = []
for path in sys.argv[1:]:
    with open(path, encoding="utf-8", newline="") as file:
        tables.append(list(csv.DictReader(file)))
print(json.dumps(tables))
