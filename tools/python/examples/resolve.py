#!/usr/bin/env python3
"""Records that an e-mail address and a cookie were seen together, and asks who that is, over the wire protocol.

    resolve.py [--server tcp://127.0.0.1:7420] [--token-file FILE] [--ca FILE] [--purpose service]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import selvedge  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", default="tcp://127.0.0.1:7420")
    parser.add_argument("--token-file", type=Path)
    parser.add_argument("--ca")
    parser.add_argument("--purpose", default="service")
    options = parser.parse_args()
    token = options.token_file.read_text().strip() if options.token_file else None

    with selvedge.Client(options.server, token=token, ca=options.ca, timeout=5) as client:
        seen = selvedge.observation("web", ["email:ada@example.net", "cookie:c-1815"])
        print(client.record([seen]))
        print(client.resolve("cookie:c-1815", options.purpose, members=True))
        # 1,000 observations to a batch; an acknowledgement means that they are durable.
        batches = ([selvedge.observation("web", [f"cookie:c-{batch}-{n}"]) for n in range(1_000)] for batch in range(3))
        for acknowledgement in client.record_stream(batches):
            print(f"batch {acknowledgement.sequence}: {acknowledgement.accepted} accepted")


if __name__ == "__main__":
    try:
        main()
    except selvedge.Error as error:
        sys.exit(str(error))
