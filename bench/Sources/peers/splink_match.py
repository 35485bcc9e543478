"""Matches the people of a CSV file by Splink on DuckDB under four rules, and prints one JSON object.

    splink_match.py FILE.csv

The rules are those of `evaluate-linkage --bulk`. Comparisons are what its documentation gives for names, dates and addresses;
u is estimated from a sample of pairs and m from blocked ones, which is not counted.
"""
import json
import resource
import sys
import time

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THREADS = 2
RULES = [("family_name", "birth_date"), ("given_name", "birth_date"), ("family_name", "postal_code"),
         ("given_name", "postal_code")]


def read(connection, name, path, limit=""):
    columns = ", ".join(f"nullif({c}, '') AS {c}" for c in
                        ("given_name", "family_name", "birth_date", "street_address", "postal_code"))
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT record_id AS unique_id, person, {columns} "
                       f"FROM read_csv(?, all_varchar=true) {limit}", [path])


def main(path):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in RULES],
        comparisons=[
            cl.JaroWinklerAtThresholds("given_name", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("family_name", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("birth_date", [1, 2]),
            cl.LevenshteinAtThresholds("street_address", [2, 5]),
            cl.LevenshteinAtThresholds("postal_code", [1]),
        ])
    start = time.monotonic()
    read(connection, "people", path)
    loaded = time.monotonic()
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register("people"), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("family_name", "birth_date")], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("family_name", "birth_date"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("given_name", "postal_code"))
    trained = time.monotonic()
    pairs = linker.inference.predict(threshold_match_weight=0)
    matched = time.monotonic()
    name = pairs.physical_name
    links, right = connection.execute(
        f"SELECT count(*), count(*) FILTER (a.person = b.person) FROM {name} AS p "
        "JOIN people AS a ON a.unique_id = p.unique_id_l JOIN people AS b ON b.unique_id = p.unique_id_r").fetchone()
    records = connection.execute("SELECT count(*) FROM people").fetchone()[0]
    print(json.dumps({
        "records": records, "links": links, "right": right, "load_seconds": round(loaded - start, 3),
        "train_seconds": round(trained - loaded, 3), "match_seconds": round(matched - trained, 3),
        "peak_mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))


if __name__ == "__main__":
    main(sys.argv[1])
