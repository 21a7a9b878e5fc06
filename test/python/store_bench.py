"""The peer of `brushfield bench store`: the same rows and questions by plain sqlite3, as a script would do it.

store_bench.py insert FILE ROWS   adds rows to the image table of a project, 1000 a transaction; prints rows a second
store_bench.py page FILE          the list page by page with OFFSET, at 200 places; prints the median in ms
store_bench.py search FILE TEXT   ids whose name has the text, with LIKE, 9 times; prints the median in ms
"""

import random
import sqlite3
import statistics
import sys
import time

PAGE = 100


def connect(path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    return connection


def insert(connection, rows):
    columns = (
        "name, relative_path, absolute_path, page, sha256, size_bytes, modified_ms, width, height, channels, alpha, "
        "type, pixel_size_um, group_name, split, added_at, name_key, search_text"
    )
    statement = f"insert into image ({columns}) values ({', '.join('?' * 18)})"

    def row(n):
        name = f"plate{n % 96:02d}/well {n} site {n % 9}.tif"
        digits = f"{(n * 2654435761) % 2**32:08x}".ljust(64, "0")[:56] + f"{n:08x}"
        path = f"images/{name}"
        return (name, path, "/" + path, 0, digits, 8388608, 1.7e12, 4096, 4096, 1, 0, "uint16", 0.325,
                f"plate{n % 96:02d}", None, "2026-11-22T20:00:00.000Z", name, name)

    first = connection.execute("select coalesce(max(id), 0) from image").fetchone()[0]
    started = time.perf_counter()
    for start in range(0, rows, 1000):
        connection.execute("begin immediate")
        connection.executemany(statement, (row(first + start + n) for n in range(min(1000, rows - start))))
        connection.execute("commit")
    print(rows / (time.perf_counter() - started))


def median_ms(runs, work):
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    print(statistics.median(times))


def page(connection):
    total = connection.execute("select count(*) from image").fetchone()[0]
    draw = random.Random(1)
    columns = "id, name, width, height, channels, type, page, group_name, split, note, pixel_size_um, labelled_pixels"

    def one():
        offset = draw.randrange(max(1, total - PAGE))
        connection.execute(f"select {columns} from image order by id limit {PAGE} offset {offset}").fetchall()

    median_ms(200, one)


def search(connection, text):
    like = f"%{text}%"
    median_ms(9, lambda: connection.execute("select id from image where name like ?", (like,)).fetchall())


mode, path, *rest = sys.argv[1:]
database = connect(path)
if mode == "insert":
    insert(database, int(rest[0]))
elif mode == "page":
    page(database)
else:
    search(database, rest[0])
