"""Reads pages with the strict OpenMetrics parser of Prometheus's Python client.

For each file NAME.page in the folder that is given, NAME.read says, if it is there, what has to be
found: a line for each family, each sample and each exemplar, texts in hexadecimal and values as the bits of a float.
"""

import struct
import sys
from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families


def told(text):
    return text.encode().hex() or "-"


def bits(value):
    value = float(value)
    return "nan" if value != value else struct.pack(">d", value).hex()


def pairs(labels):
    return [f"{told(name)}={told(value)}" for name, value in sorted(labels.items())]


def read(page):
    for family in text_string_to_metric_families(page):
        yield f"{told(family.name)} {family.type} {family.unit or '-'} {told(family.documentation)}"
        for sample in family.samples:
            if sample.timestamp is not None:
                raise ValueError("a timestamp")
            yield " ".join([" ", told(sample.name), bits(sample.value), *pairs(sample.labels)])
            if sample.exemplar is not None:
                labels, value, timestamp = sample.exemplar
                time = "-" if timestamp is None else bits(timestamp)
                yield " ".join(["  #", bits(value), time, *pairs(labels)])


pages = sorted(Path(sys.argv[1]).glob("*.page"))
wrong = 0
for path in pages:
    page = path.read_bytes().decode()
    try:
        found = list(read(page))
        told_before = path.with_suffix(".read")
        wanted = told_before.read_text().splitlines() if told_before.exists() else found
        difference = [pair for pair in zip(found + [None], wanted + [None]) if pair[0] != pair[1]][:1]
    except Exception as error:  # Whatever it cannot read is refused.
        difference = [repr(error)]
    if difference:
        wrong += 1
        print(f"--- {path.name}: {difference[0]}\n{page if len(page) < 3000 else ''}")
print(f"{len(pages)} pages, {wrong} of them wrong")
sys.exit(bool(wrong) or not pages)
