"""The peer of `selvedge backfill`: what a data engineer would write over DuckDB and SciPy.

    pipeline.py FILE.csv LABELS.parquet [--pairs FILE] [--threads N]

The columns are normalised and hashed by SHA-256, duplicate events dropped, identifiers numbered, each event's identifiers
joined by edges, the connected components found, and every identifier written with the number of its component. That is the
partition without hubs, constraints, consent, sources or time, and without a store: a file of labels.

Prints a JSON object: seconds and peak memory by stage, and counts. With --pairs the edges are also written, in the order of the
events, as pairs of little-endian 32-bit numbers, which is not counted.
"""
import argparse
import json
import resource
import time

import duckdb
import numpy
import pyarrow
import scipy.sparse

KINDS = ["email", "phone", "device", "loyalty_id"]


class Stages:
    """Wall time and peak resident memory of one stage after another."""

    def __init__(self):
        self.rows = []

    def run(self, name, body):
        self.reset()
        start = time.monotonic()
        result = body()
        self.rows.append({"name": name, "seconds": time.monotonic() - start, "peak_bytes": self.peak()})
        return result

    @staticmethod
    def reset():
        try:
            with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
                file.write("5")
        except OSError:
            pass

    @staticmethod
    def peak():
        with open("/proc/self/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def hashed(column, value):
    return f"CASE WHEN {value} = '' THEN NULL ELSE sha256('{column}:' || {value}) END AS {column}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csv")
    parser.add_argument("labels")
    parser.add_argument("--pairs")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    stages = Stages()
    base = duckdb.connect()
    base.execute(f"SET threads = {options.threads}")
    base.execute("SET preserve_insertion_order = false")

    def keys():
        normal = {
            "email": "lower(trim(coalesce(email, '')))",
            "phone": "regexp_replace(coalesce(phone, ''), '[^0-9+]', '', 'g')",
            "device": "trim(coalesce(device, ''))",
            "loyalty_id": "trim(coalesce(loyalty_id, ''))",
        }
        columns = ", ".join(hashed(column, normal[column]) for column in KINDS)
        base.execute(
            f"CREATE TABLE events AS SELECT DISTINCT {columns} "
            f"FROM read_csv('{options.csv}', header = true, all_varchar = true)")

    def number():
        union = " UNION ALL ".join(f"SELECT {kind} AS key FROM events WHERE {kind} IS NOT NULL" for kind in KINDS)
        base.execute(
            f"CREATE TABLE nodes AS SELECT key, (row_number() OVER () - 1)::INTEGER AS node "
            f"FROM (SELECT DISTINCT key FROM ({union}))")

    def edges():
        joins = " ".join(f"LEFT JOIN nodes {kind[0]} ON events.{kind} = {kind[0]}.key" for kind in KINDS)
        columns = ", ".join(f"{kind[0]}.node AS {kind}" for kind in KINDS)
        base.execute(f"CREATE TABLE numbered AS SELECT {columns} FROM events {joins}")
        pairs = " UNION ALL ".join(
            f"SELECT {left} AS a, {right} AS b FROM numbered WHERE {left} IS NOT NULL AND {right} IS NOT NULL"
            for place, left in enumerate(KINDS) for right in KINDS[place + 1:])
        return base.execute(f"SELECT DISTINCT a, b FROM ({pairs})").fetchnumpy()

    def components():
        count = base.execute("SELECT count(*) FROM nodes").fetchall()[0][0]
        ends = [numpy.asarray(found[name], dtype=numpy.int32) for name in "ab"]
        graph = scipy.sparse.coo_matrix(
            (numpy.ones(len(ends[0]), dtype=numpy.int8), (ends[0], ends[1])), shape=(count, count))
        return scipy.sparse.csgraph.connected_components(graph, directed=False)

    def write():
        table = pyarrow.table({"node": numpy.arange(len(labels), dtype=numpy.int32), "component": labels})
        base.register("labels", table)
        base.execute(
            "COPY (SELECT key, component FROM nodes JOIN labels USING (node)) "
            f"TO '{options.labels}' (FORMAT parquet, COMPRESSION zstd)")

    stages.run("read, normalise, hash, drop duplicates", keys)
    stages.run("number identifiers", number)
    found = stages.run("edges", edges)
    count, labels = stages.run("connected components", components)
    stages.run("join back and write Parquet", write)
    if options.pairs:
        pairs = numpy.stack([numpy.asarray(found[name], dtype="<u4") for name in "ab"], axis=1)
        pairs.tofile(options.pairs)
    print(json.dumps({
        "stages": stages.rows,
        "seconds": sum(stage["seconds"] for stage in stages.rows),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "identifiers": len(labels),
        "edges": len(found["a"]),
        "components": int(count),
    }))


if __name__ == "__main__":
    main()
