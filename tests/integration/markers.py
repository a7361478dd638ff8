"""How many transactions were aborted, by the broker's own log: each that wrote anything left a marker in its
partitions. Neither the engines' logs nor their metrics tell it: what is killed says nothing."""

import collections
import glob
import struct

HEADER = struct.Struct(">qiibIhiqqqhii")  # of a batch of records, format 2
CONTROL = 0x20
ABORT = 0


def control_batches(path):
    """(producer, whether it was aborted) of each marker in a segment."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at + HEADER.size <= len(data):
        _, length, _, magic, _, attributes, _, _, _, producer, *_ = HEADER.unpack_from(data, at)
        if magic != 2:
            return  # preallocated, not yet written
        if attributes & CONTROL:
            # A record: length, attributes, time, offset and length of the key, all of one byte; then version and type.
            yield producer, struct.unpack_from(">h", data, at + HEADER.size + 7)[0] == ABORT
        at += length + 12


def ended_transactions(folder, topics):
    """(committed, aborted), at least: of each producer the most that any partition of these topics has."""
    most = collections.defaultdict(lambda: [0, 0])
    for topic in topics:
        for partition in glob.glob(f"{folder}/log/{topic}-[0-9]*"):
            counts = collections.Counter(marker for path in glob.glob(f"{partition}/*.log")
                                         for marker in control_batches(path))
            for (producer, aborted), count in counts.items():
                most[producer][aborted] = max(most[producer][aborted], count)
    return tuple(sum(counts[aborted] for counts in most.values()) for aborted in (False, True))
