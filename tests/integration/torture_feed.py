#!/usr/bin/env python3
"""Makes RATE events a second and writes them to the topics, through a kcat each, until the file UNTIL is there. It has
to hold {"partitions": [of each topic], "ahead_s": N}: with N, each partition gets one more event, of a time so far
ahead, after which what waits for a time to be over waits no more.

In FOLDER: events.ndjson, all events in the order of their times; expected.ndjson, what the episodes come to. Nine of
ten events are those of scenario.py and go to the first topic, or, one in eight, to the second; the others are those of
window_episodes.py."""

import argparse
import dataclasses
import datetime
import heapq
import itertools
import json
import os
import random
import subprocess
import sys
import time

import scenario
import window_episodes

# kcat's key is the event's host. The first topic is partitioned as the state tasks are, the others in another way.
PARTITIONERS = ("murmur2_random", "consistent_random")
COMMON = ["-E", "-K", "\x01", "-z", "lz4", "-X", "linger.ms=20", "-X", "enable.idempotence=true", "-X",
          "topic.metadata.refresh.interval.ms=3000"]
EPISODES_EACH_S = 8


def start_kcat(brokers, topic, *more):
    return subprocess.Popen(["kcat", "-P", "-b", brokers, "-t", topic, *COMMON, *more], stdin=subprocess.PIPE)


class Feed:
    def __init__(self, arguments):
        self.arguments = arguments
        self.dice = random.Random(arguments.seed)
        self.plain = scenario.bare_events(random.Random(arguments.seed + 1))
        self.episodes = window_episodes.Episodes(self.dice, arguments.topics.index(arguments.growing))
        self.kcats = [start_kcat(arguments.brokers, topic, "-X", f"partitioner={partitioner}")
                      for topic, partitioner in zip(arguments.topics, PARTITIONERS)]
        self.waiting = []  # (due, number, topic, event)
        self.numbers = itertools.count()
        self.last_ms = 0
        self.events = open(f"{arguments.folder}/events.ndjson", "wb")
        self.expected = open(f"{arguments.folder}/expected.ndjson", "w", encoding="utf-8")

    def stamp(self, ahead_s=0):
        """No two events have the same time."""
        self.last_ms = max(self.last_ms + 1, int((time.time() + ahead_s) * 1000))
        return datetime.datetime.fromtimestamp(self.last_ms / 1000, datetime.timezone.utc)

    def line(self, event, ahead_s=0):
        if isinstance(event, str):
            return event.encode()
        return scenario.finished(event, next(self.numbers), self.stamp(ahead_s)).encode()

    def write(self, kcat, line):
        self.events.write(line + b"\n")
        kcat.stdin.write(scenario.key_of(line) + b"\x01" + line + b"\n")

    def begin_episode(self, now):
        events, expected = self.episodes.draw()
        self.expected.write(json.dumps(dataclasses.asdict(expected)) + "\n")
        for after, topic, event in events:
            heapq.heappush(self.waiting, (now + after, next(self.numbers), topic, event))

    def write_due(self, until):
        while self.waiting and self.waiting[0][0] <= until:
            _, _, topic, event = heapq.heappop(self.waiting)
            self.write(self.kcats[topic], self.line(event))

    def run(self):
        """Until it is told to end; what that says."""
        begin = time.monotonic()
        for number, event in enumerate(self.plain):
            now = begin + number / self.arguments.rate
            if number % 20 == 0:
                for kcat in self.kcats:
                    kcat.stdin.flush()
                if os.path.exists(self.arguments.until):
                    break
                time.sleep(max(0.0, now - time.monotonic()))
            if number % (self.arguments.rate // EPISODES_EACH_S) == 0:
                self.begin_episode(now)
            self.write_due(now)
            self.write(self.kcats[-1 if number % 8 == 0 else 0], self.line(event))
        self.write_due(float("inf"))
        with open(self.arguments.until, encoding="utf-8") as file:
            return json.load(file)

    def finish(self, partitions, ahead_s):
        """All is in the topics."""
        self.end(self.kcats)
        if ahead_s > 0:
            closing = [start_kcat(self.arguments.brokers, topic, "-p", str(partition))
                       for topic, count in zip(self.arguments.topics, partitions) for partition in range(count)]
            for kcat in closing:
                self.write(kcat, self.line({**scenario.noise(self.dice), "Hostname": "last"}, ahead_s))
            self.end(closing)
        self.events.close()
        self.expected.close()

    @staticmethod
    def end(kcats):
        for kcat in kcats:
            kcat.stdin.close()
        if any([kcat.wait() != 0 for kcat in kcats]):
            scenario.fail("kcat could not produce all events")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("brokers", "folder", "until"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=int, default=300)
    parser.add_argument("--growing", required=True, help="the topic that gets more partitions under way")
    parser.add_argument("topics", nargs=2)
    feed = Feed(parser.parse_args())
    feed.finish(**feed.run())


if __name__ == "__main__":
    sys.exit(main())
