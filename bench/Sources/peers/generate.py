"""Writes a seeded history of a shop as CSV: event id, time, e-mail, phone, device and loyalty id.

    generate.py ROWS FILE [--seed N]

Some eight events a person. A person has one or two e-mail addresses, a phone, one to three devices and, two in five of them,
a loyalty id; an event names the device, and the others as often as shops see them. Every thirtieth device is a
household's, shared by two; a few hundred are kiosks, used by everyone near. E-mail addresses are written as people write
them: some in capitals, some with blanks around them.
"""
import argparse
import sys

import numpy
import pyarrow
import pyarrow.compute as compute
import pyarrow.csv

PIECE = 1_000_000
START = 1_640_995_200  # 2022-01-01T00:00:00Z
DAYS = 4 * 365


def mixed(values, salt):
    """A fixed hash of integers: the finaliser of SplitMix64."""
    with numpy.errstate(over="ignore"):
        word = values.astype(numpy.uint64) + numpy.uint64(salt) * numpy.uint64(0x9E3779B97F4A7C15)
        word = (word ^ (word >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return word ^ (word >> numpy.uint64(31))


def text(numbers, width=0):
    found = compute.cast(pyarrow.array(numbers), pyarrow.string())
    return compute.utf8_lpad(found, width, "0") if width else found


def joined(*parts):
    return compute.binary_join_element_wise(*parts, "")


def kept(values, keep):
    return compute.if_else(pyarrow.array(keep), values, pyarrow.scalar("", values.type))


def piece(generator, first, count, people):
    # The more active buy more: a square brings the busiest tenth to a third of the events.
    person = (generator.random(count) ** 1.5 * people).astype(numpy.int64)
    time = START + numpy.sort(generator.integers(0, DAYS * 86_400, count))
    which = generator.integers(0, 2, count) * (mixed(person, 1) % 4 == 0)
    email = joined("p", text(person), ".", text(which), "@", text(mixed(person, 2) % 5000, 4), ".example.com")
    capital = generator.random(count) < 0.05
    email = compute.if_else(pyarrow.array(capital), compute.utf8_upper(email), email)
    email = compute.if_else(pyarrow.array(generator.random(count) < 0.01), joined(" ", email, " "), email)
    phone = joined("+4930", text(mixed(person, 3) % 10_000_000 + 20_000_000))
    slot = generator.integers(0, 3, count) % (1 + mixed(person, 4) % 3).astype(numpy.int64)
    owner = numpy.where(mixed(person * 3 + slot, 5) % 30 == 0, person // 2 * 2, person)
    device = mixed(owner * 3 + slot, 6)
    kiosk = generator.random(count) < 0.002
    device = numpy.where(kiosk, mixed(person % 300, 7), device)
    loyalty = joined("L", text(person + 1_000_000))
    member = mixed(person, 8) % 5 < 2
    return pyarrow.table(
        {
            "event_id": joined("e", text(numpy.arange(first, first + count), 10)),
            "time": compute.strftime(
                pyarrow.array(time.astype("datetime64[s]")), format="%Y-%m-%dT%H:%M:%SZ"),
            "email": kept(email, generator.random(count) < 0.55),
            "phone": kept(phone, generator.random(count) < 0.25),
            "device": joined("d", text(device)),
            "loyalty_id": kept(loyalty, member & (generator.random(count) < 0.5)),
        }
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("file")
    parser.add_argument("--seed", type=int, default=20_260_101)
    options = parser.parse_args()
    generator = numpy.random.default_rng(options.seed)
    people = max(options.rows // 8, 1)
    writer = None
    for first in range(0, options.rows, PIECE):
        table = piece(generator, first, min(PIECE, options.rows - first), people)
        if writer is None:
            style = pyarrow.csv.WriteOptions(quoting_style="none")
            writer = pyarrow.csv.CSVWriter(options.file, table.schema, write_options=style)
        writer.write_table(table)
    if writer is None:
        sys.exit("generate.py: at least one row")
    writer.close()


if __name__ == "__main__":
    main()
