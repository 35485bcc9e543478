#!/usr/bin/env python3
"""Runs the same calls against a server over the wire (threads, asyncio) and over gRPC.

    against_server.py ADDR [--token-file FILE] [--grpc HOST:PORT] [--ca FILE] [--case NAME]

Expects a store with the built-in configuration and a caller with the roles resolve, ingest, consent, privacy and admin for
all purposes and the source "web" (or a server without authentication). Records under names of its own, so it may be run
again. Prints a line of JSON for each case; exits with 1 if one failed.
"""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from pathlib import Path
from typing import Any, Callable, List, Optional

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import graph_cases  # noqa: E402, F401: their cases enter themselves, in this order
import consent_cases  # noqa: E402, F401
import privacy_cases  # noqa: E402, F401
import caller_cases  # noqa: E402, F401
import raw_cases  # noqa: E402
import worlds  # noqa: E402
from transports import transports  # noqa: E402


def report(case: str, transport: str, work: Callable[[], Optional[str]]) -> bool:
    """Runs a case, prints what came of it, returns whether it held."""
    ok, detail = True, ""
    try:
        detail = work() or ""
    except Exception as problem:  # noqa: BLE001: whatever it is, the case failed
        place = traceback.extract_tb(problem.__traceback__)
        lines = [each.lineno for each in place if Path(each.filename).name.endswith("_cases.py")]
        ok, detail = False, f"{type(problem).__name__}: {problem} (line {lines[-1] if lines else 0})"
    print(json.dumps({"case": case, "transport": transport, "ok": ok, "detail": detail}), flush=True)
    return ok


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", metavar="ADDR", help="tcp://HOST:PORT, tls://HOST:PORT or unix:///PATH")
    parser.add_argument("--token-file", type=Path)
    parser.add_argument("--grpc", metavar="HOST:PORT")
    parser.add_argument("--ca", help="authorities, PEM")
    parser.add_argument("--case", help="cases whose name holds this alone")
    options = parser.parse_args()
    token = options.token_file.read_text().strip() if options.token_file else None

    results: List[bool] = []
    for transport in transports(options.address, token, options.grpc, options.ca):
        try:
            world: Any = worlds.World(transport, options.address, token, options.grpc, options.ca)
            for name, case in worlds.of(transport.name).items():
                if not options.case or options.case in name:
                    results.append(report(name, transport.name, lambda case=case: case(world)))
        finally:
            transport.close()
    if not options.address.startswith("tls:"):
        for name, case in raw_cases.ALL.items():
            if not options.case or options.case in name:
                results.append(report(name, "wire-sync", lambda case=case: case(options.address, token)))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
