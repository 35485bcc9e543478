"""Runs the peers and `selvedge backfill` over one history, one after the other, and prints what each took.

    compare.py SELVEDGE PEERS HISTORY DIRECTORY ROWS MEMORY

Every run begins with the history in the page cache. Peak memory is resident memory; of selvedge that without its map, as the
load reports it, and with it, as the system counts it.
"""
import json
import os
import shutil
import subprocess
import sys
import time

MAPPING = """\
source: {constant: shop}
time: {column: time, format: rfc3339}
identifiers:
  - {namespace: email, column: email}
  - {namespace: phone, column: phone}
  - {namespace: device_id, column: device}
  - {namespace: loyalty_id, column: loyalty_id}
"""
# Of the rows that are also recorded one by one, for the ratio.
RECORDED = 200_000


def run(arguments, **options):
    """Wall time, peak resident memory in bytes, and what was printed."""
    start = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, **options)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"peers: {arguments[0]} {arguments[1]} ended with {process.returncode}")
    return time.monotonic() - start, usage.ru_maxrss * 1024, output


def warm(path):
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    return path


def generation(store):
    with open(os.path.join(store, "CURRENT"), encoding="ascii") as file:
        return os.path.join(store, file.read().strip())


def observations(history, path, limit):
    """The first rows as observations in JSON Lines."""
    names = {2: "email", 3: "phone", 4: "device_id", 5: "loyalty_id"}
    with open(history, encoding="utf-8") as rows, open(path, "w", encoding="utf-8") as lines:
        next(rows)
        for _, row in zip(range(limit), rows):
            fields = row.rstrip("\n").split(",")
            found = [{"namespace": name, "value": fields[place]} for place, name in names.items() if fields[place]]
            lines.write(json.dumps({"source": "shop", "time": fields[1], "identifiers": found}) + "\n")


def mib(count):
    return f"{count / (1 << 20):,.0f} MiB"


def show(title, rows):
    print(f"\n{title}")
    width = max(len(row[0]) for row in rows)
    for name, *cells in rows:
        print(f"  {name:<{width}}  " + "  ".join(f"{cell:>14}" for cell in cells))


def load(selvedge, directory, history, memory):
    mapping = os.path.join(directory, "mapping.yaml")
    with open(mapping, "w", encoding="utf-8") as file:
        file.write(MAPPING)
    store = fresh(os.path.join(directory, "store"))
    run([selvedge, "init", "--data", store, "--json"])
    seconds, peak, output = run([
        selvedge, "backfill", "--data", store, "--mapping", mapping, "--memory", memory, "--json", history])
    return store, seconds, peak, json.loads(output.splitlines()[-1])


def recorded(selvedge, directory, history, count):
    lines = os.path.join(directory, "recorded.jsonl")
    observations(history, lines, count)
    store = fresh(os.path.join(directory, "recorded"))
    run([selvedge, "init", "--data", store, "--json"])
    seconds, _, _ = run([selvedge, "record", "--data", store, lines])
    shutil.rmtree(store)
    return seconds


def main():
    selvedge, peers, history, directory, rows, memory = sys.argv[1:]
    rows = int(rows)
    pipeline = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pipeline.py")
    pairs = os.path.join(directory, "pairs")
    warm(history)
    _, _, output = run([sys.executable, pipeline, history, os.path.join(directory, "labels.parquet"), "--pairs", pairs])
    duck = json.loads(output)
    union = json.loads(run([peers, "unionfind", pairs])[2])
    warm(history)
    store, seconds, peak, report = load(selvedge, directory, history, memory)
    target = fresh(os.path.join(directory, "appended"))
    appended = json.loads(run([peers, "append", generation(store), target])[2])
    shutil.rmtree(target)
    count = min(rows, RECORDED)
    one_by_one = recorded(selvedge, directory, history, count)

    show(f"{rows:,} rows, {os.cpu_count()} cores", [
        ("", "DuckDB, SciPy", "selvedge", "ratio"),
        ("wall time, s", f"{duck['seconds']:.1f}", f"{seconds:.1f}", f"{seconds / duck['seconds']:.2f}"),
        ("peak memory", mib(duck["peak_bytes"]), mib(report.get("memory", peak)),
         f"{report.get('memory', peak) / duck['peak_bytes']:.2f}"),
        ("peak memory, map included", "", mib(peak), f"{peak / duck['peak_bytes']:.2f}"),
        ("rows a second", f"{rows / duck['seconds']:,.0f}", f"{rows / seconds:,.0f}", ""),
        ("components", f"{duck['components']:,}", f"{report.get('components', 0):,}", ""),
    ])
    show("DuckDB, SciPy by stage", [
        (stage["name"], f"{stage['seconds']:.2f} s", mib(stage["peak_bytes"])) for stage in duck["stages"]])
    stages = report.get("stages", [])
    components = sum(stage["seconds"] for stage in stages if stage["name"] == "components")
    if stages:
        show("selvedge by stage", [
            (stage["name"], f"{stage['seconds']:.2f} s", mib(stage.get("bytes", 0))) for stage in stages])
    show("limits", [
        ("union-find in C", f"{union['seconds']:.3f} s", f"{union['pairs'] / union['seconds']:,.0f} pairs/s"),
        ("stage components, its file read, beside it", "", f"{components / union['seconds']:.2f} times"),
        ("the store's rows by LMDB append in C", f"{appended['seconds']:.2f} s",
         f"{mib(appended['bytes'] / appended['seconds'])}/s"),
        (f"recording {count:,} rows", f"{one_by_one:.2f} s", f"{count / one_by_one:,.0f} rows/s"),
        ("backfill beside recording", "", f"{rows / seconds / (count / one_by_one):.1f} times"),
    ])


if __name__ == "__main__":
    main()
