"""Reads pages with the library of protobuf, from a description of the messages by their field numbers.

For each file NAME.delimited in the folder that is given, NAME.read says what has to be found, as
`judge.py` has it, with the values of the page as text. Nothing may be there that is not described, and
nothing may take more bytes than it has to.
"""

import struct
import sys
import time
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, unknown_fields

STRING, DOUBLE, INTEGER = "string", "double", "uint64"
MESSAGES = {
    "LabelPair": [("name", 1, STRING), ("value", 2, STRING)],
    "Gauge": [("value", 1, DOUBLE)],
    "Timestamp": [("seconds", 1, "int64"), ("nanos", 2, "int32")],
    "Exemplar": [("label", 1, "[LabelPair]"), ("value", 2, DOUBLE), ("timestamp", 3, "Timestamp")],
    "Counter": [("value", 1, DOUBLE), ("exemplar", 2, "Exemplar"), ("created", 3, "Timestamp")],
    "Untyped": [("value", 1, DOUBLE)],
    "Quantile": [("quantile", 1, DOUBLE), ("value", 2, DOUBLE)],
    "Summary": [
        ("sample_count", 1, INTEGER),
        ("sample_sum", 2, DOUBLE),
        ("quantile", 3, "[Quantile]"),
        ("created", 4, "Timestamp"),
    ],
    "Bucket": [("cumulative_count", 1, INTEGER), ("upper_bound", 2, DOUBLE), ("exemplar", 3, "Exemplar")],
    "BucketSpan": [("offset", 1, "sint32"), ("length", 2, "uint32")],
    "Histogram": [
        ("sample_count", 1, INTEGER),
        ("sample_sum", 2, DOUBLE),
        ("bucket", 3, "[Bucket]"),
        ("schema", 5, "sint32"),
        ("zero_threshold", 6, DOUBLE),
        ("zero_count", 7, INTEGER),
        ("negative_span", 9, "[BucketSpan]"),
        ("negative_delta", 10, "[sint64]"),
        ("positive_span", 12, "[BucketSpan]"),
        ("positive_delta", 13, "[sint64]"),
        ("created", 15, "Timestamp"),
        ("exemplars", 16, "[Exemplar]"),
    ],
    "Metric": [
        ("label", 1, "[LabelPair]"),
        ("gauge", 2, "Gauge"),
        ("counter", 3, "Counter"),
        ("summary", 4, "Summary"),
        ("untyped", 5, "Untyped"),
        ("histogram", 7, "Histogram"),
    ],
    "MetricFamily": [
        ("name", 1, STRING),
        ("help", 2, STRING),
        ("type", 3, INTEGER),
        ("metric", 4, "[Metric]"),
        ("unit", 5, STRING),
    ],
}
# By their number: the point of a metric, and what the parsers of text call the type.
TYPES = [
    ("counter", "counter"),
    ("gauge", "gauge"),
    ("summary", "summary"),
    ("untyped", "unknown"),
    ("histogram", "histogram"),
    # A gauge histogram, for which text has no word.
    ("histogram", "histogram"),
]


def classes():
    file = descriptor_pb2.FileDescriptorProto(name="metrics", package="judge", syntax="proto2")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            described = message.field.add(name=field, number=number)
            is_list, kind = kind.startswith("["), kind.strip("[]")
            described.label = described.LABEL_REPEATED if is_list else described.LABEL_OPTIONAL
            if kind in MESSAGES:
                described.type, described.type_name = described.TYPE_MESSAGE, f".judge.{kind}"
            else:
                described.type = getattr(described, f"TYPE_{kind.upper()}")
                described.options.packed = is_list
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("judge.MetricFamily"))


MetricFamily = classes()


def messages(page):
    at = 0
    while at < len(page):
        length = shift = 0
        while True:
            length |= (page[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if page[at - 1] < 0x80:
                break
        if at + length > len(page) or length >> max(0, shift - 7) == 0:
            raise ValueError("not as long as it says, or longer than that has to be")
        family = MetricFamily.FromString(page[at : at + length])
        if family.ByteSize() != length:
            raise ValueError(f"{family.name}: {length} bytes for what takes {family.ByteSize()}")
        yield family
        at += length


def is_known(message):
    """Whether nothing but described fields is there, and all of these but units, parts of seconds and
    what is native."""
    if len(unknown_fields.UnknownFieldSet(message)):
        return False
    optional = {"unit", "nanos"}
    if message.DESCRIPTOR.name == "Histogram" and not message.HasField("schema"):
        optional |= {"zero_threshold", "zero_count", "schema"}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.type == field.TYPE_MESSAGE:
            parts = value if field.is_repeated else [value] if message.HasField(field.name) else []
            if not all(map(is_known, parts)):
                return False
        elif not field.is_repeated and field.name not in optional and not message.HasField(field.name):
            return False
    return True


def told(text):
    return text.encode().hex() or "-"


def bits(value):
    value = float(value)
    return "nan" if value != value else struct.pack(">d", value).hex()


def line(name, labels, value):
    # A label without a value is none.
    labels = [f"{told(name)}={told(value)}" for name, value in sorted(labels) if value]
    return " ".join([" ", told(name), bits(value), *map(normal, labels)])


def normal(label):
    """Bounds and quantiles by their value, however they are spelt."""
    name, value = label.split("=")
    if bytes.fromhex(name) in (b"le", b"quantile"):
        try:
            return f"{name}={bits(bytes.fromhex(value).decode())}"
        except ValueError:
            pass
    return label


def read(page):
    last = None
    for family in messages(page):
        if not is_known(family):
            raise ValueError(f"{family.name}: something unknown, or something missing")
        if family.unit and not family.name.removesuffix("_total").endswith("_" + family.unit):
            raise ValueError(f"{family.name}: not in {family.unit}")
        point, word = TYPES[family.type]
        head = (family.name, family.help, word, family.unit)
        if head != last:
            yield f"{told(family.name)} {word} - {told(family.help)}"
        last = head
        for metric in family.metric:
            points = [field.name for field, _ in metric.ListFields() if field.name != "label"]
            if points != [point]:
                raise ValueError(f"{family.name}: {points} for {point}")
            created = getattr(getattr(metric, point), "created", None)
            if created and created.seconds and not 0 <= time.time() - created.seconds < 3600:
                raise ValueError(f"{family.name}: was not made at {created.seconds}")
            yield from lines(family.name, point, metric)


def lines(name, point, metric):
    labels = [(label.name, label.value) for label in metric.label]
    value = getattr(metric, point)
    if point == "histogram":
        for bucket in value.bucket:
            bound = [("le", repr(bucket.upper_bound))]
            yield line(name + "_bucket", labels + bound, bucket.cumulative_count)
            yield from exemplar(bucket)
        if not value.bucket or value.bucket[-1].upper_bound != float("inf"):
            yield line(name + "_bucket", labels + [("le", "inf")], value.sample_count)
        elif not value.bucket[-1].HasField("exemplar"):
            raise ValueError(f"{name}: a bucket of infinity, for no exemplar")
    elif point == "summary":
        for row in value.quantile:
            yield line(name, labels + [("quantile", repr(row.quantile))], row.value)
    else:
        yield line(name, labels, value.value)
        if point == "counter":
            yield from exemplar(value)
        return
    yield line(name + "_sum", labels, value.sample_sum)
    yield line(name + "_count", labels, value.sample_count)
    if point == "histogram" and value.HasField("schema"):
        yield native(value)
        for one in value.exemplars:
            if not one.HasField("timestamp"):
                raise ValueError(f"{name}: an exemplar of a native histogram without a time")
            yield told_exemplar(one)
    elif point == "histogram" and value.exemplars:
        raise ValueError(f"{name}: exemplars of a classic histogram as a whole")


def native(value):
    """The buckets that are not empty, by their number."""
    sides = []
    for spans, deltas in [
        (value.negative_span, value.negative_delta),
        (value.positive_span, value.positive_delta),
    ]:
        if any(span.offset < 0 for span in spans[1:]):
            raise ValueError("spans overlap")
        index = count = 0
        deltas, side = list(deltas), []
        for span in spans:
            index += span.offset
            for _ in range(span.length):
                count += deltas.pop(0)
                if count < 0:
                    raise ValueError("a bucket is negative")
                side += [f"{index}:{count}"] if count else []
                index += 1
        if deltas:
            raise ValueError("more deltas than the spans have buckets")
        sides.append(",".join(side) or "-")
    threshold = bits(value.zero_threshold)
    return f"n {value.schema} {threshold} {value.zero_count} {sides[0]} {sides[1]}"


def exemplar(point):
    if point.HasField("exemplar"):
        yield told_exemplar(point.exemplar)


def told_exemplar(one):
    time = "-"
    if one.HasField("timestamp"):
        # The quotient that is nearest, as a decimal number is read.
        time = bits((one.timestamp.seconds * 10**9 + one.timestamp.nanos) / 10**9)
    labels = sorted((label.name, label.value) for label in one.label)
    return " ".join(["  #", bits(one.value), time, *(f"{told(n)}={told(v)}" for n, v in labels)])


def wanted(text):
    for told_before in text.splitlines():
        if told_before.startswith("  #"):
            yield told_before
            continue
        head, *labels = told_before.split(" ")[2:] if told_before[0] == " " else (told_before,)
        if labels:
            name, (value, *labels) = head, labels
            yield " ".join([" ", name, value, *map(normal, labels)])
        else:
            yield told_before


pages = sorted(Path(sys.argv[1]).glob("*.delimited"))
wrong = 0
for path in pages:
    try:
        found = list(read(path.read_bytes()))
        expected = list(wanted(path.with_suffix(".read").read_text()))
        difference = [pair for pair in zip(found + [None], expected + [None]) if pair[0] != pair[1]][:1]
    except Exception as error:  # Whatever it cannot read is refused.
        difference = [repr(error)]
    if difference:
        wrong += 1
        print(f"--- {path.name}: {difference[0]}")
print(f"{len(pages)} pages, {wrong} of them wrong")
sys.exit(bool(wrong) or not pages)
