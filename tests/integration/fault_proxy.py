#!/usr/bin/env python3
"""A TCP proxy between Kafka's clients and brokers that does to single requests what a bad network does to them.

  fault_proxy.py [--seed N] LISTEN:TARGET...

LISTEN is a port of 127.0.0.1 that a broker advertises to the clients, TARGET the one at which it listens for them
(kafka.sh start --proxied). Commands are JSON objects, one a line, on stdin; each is answered by one line on stdout. The
proxy ends with stdin.

  {"do": "arm", "api": "EndTxn", "client": "one", "when": "before", ...}  -> {"rule": 1}
      A rule for the next request of that kind of the client with that client.id (absent: of any), once. `before` acts on
      the request, which the broker has not seen yet; `after` on the answer, when it has done what was asked. In this order:
        "signal": "KILL" | "STOP", "pid": N   the client's process gets it
        "hold_ms": N                          (before) the request waits, and all behind it on its connection, until the
                                              time is over or it is released
        "cut": true                           the connection ends. A request that is not held never arrives; one that is
                                              held arrives late, when the client has long got another connection
      Of Produce, only requests inside a transaction count.
  {"do": "disarm"}                   -> {"disarmed": how many rules had not met their request}
  {"do": "release"}                  -> {"released": how many held requests go on now}
  {"do": "cut", "client": "one"}     -> {"cut": how many connections}; all of the client (absent: of any client)
  {"do": "delay", "ms": N}           each request is late by about N ms from now on; 0 ends it
  {"do": "freeze", "ms": N}          nothing passes for N ms, in no direction; no connection ends
  {"do": "report"}                   -> the counters, and in `fired` the rules that have met their request
"""

import argparse
import asyncio
import collections
import dataclasses
import json
import os
import random
import signal
import struct
import sys

APIS = {0: "Produce", 1: "Fetch", 2: "ListOffsets", 3: "Metadata", 8: "OffsetCommit", 9: "OffsetFetch",
        10: "FindCoordinator", 11: "JoinGroup", 12: "Heartbeat", 13: "LeaveGroup", 14: "SyncGroup", 18: "ApiVersions",
        22: "InitProducerId", 24: "AddPartitionsToTxn", 25: "AddOffsetsToTxn", 26: "EndTxn", 28: "TxnOffsetCommit"}
# Whose body begins with the transactional.id, and the first version with compact strings and tagged fields.
TRANSACTIONAL = {0: 9, 22: 2, 24: 3, 25: 3, 26: 3, 28: 3}
FRAME_BYTES_MAX = 128 << 20
# How long the answer to a request that arrived late is waited for: it is looked at, nobody gets it.
LATE_ANSWER_S = 10
# INVALID_PRODUCER_EPOCH and PRODUCER_FENCED: somebody else has taken the transactional.id.
FENCING = (47, 90)


@dataclasses.dataclass
class Request:
    api: str
    correlation: int
    client: str
    transaction: str = ""  # its transactional.id, if it has one
    aborts: bool = False   # an EndTxn that asks for the abort
    tagged: bool = False   # the header of its answer has tagged fields


def unsigned(data, at):
    """A varint: its value, and where it ends."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7f) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
        shift += 7


def text_at(data, at, compact):
    """A nullable string: its text, and where it ends."""
    if compact:
        length, at = unsigned(data, at)
        length -= 1
    else:
        length, at = struct.unpack_from(">h", data, at)[0], at + 2
    length = max(length, 0)
    return data[at:at + length].decode("utf-8", "replace"), at + length


def parse_request(frame):
    key, version, correlation = struct.unpack_from(">hhi", frame)
    client, at = text_at(frame, 8, compact=False)
    request = Request(APIS.get(key, f"api-{key}"), correlation, client)
    if key not in TRANSACTIONAL:
        return request
    compact = request.tagged = version >= TRANSACTIONAL[key]
    if compact:
        tags, at = unsigned(frame, at)
        if tags != 0:
            raise ValueError(f"{request.api} with tagged fields in its header")
    request.transaction, at = text_at(frame, at, compact)
    if request.api == "EndTxn":
        request.aborts = struct.unpack_from(">qh?", frame, at)[2] is False
    return request


def is_fenced(request, frame):
    """Whether a broker refused the end of a transaction because the producer is a zombie."""
    if request is None or request.api != "EndTxn":
        return False
    at = 4  # the correlation id
    if request.tagged:
        _, at = unsigned(frame, at)
    throttle_bytes = 4
    return struct.unpack_from(">h", frame, at + throttle_bytes)[0] in FENCING


@dataclasses.dataclass
class Rule:
    number: int
    api: str
    when: str
    client: str = None
    signal: str = None
    pid: int = None
    hold_ms: int = 0
    cut: bool = False

    def wants(self, request):
        return (request.api == self.api and self.client in (None, request.client) and
                (request.api != "Produce" or request.transaction != ""))


class Faults:
    """What is to be done to the traffic, and what was."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.rules = []
        self.links = set()
        self.delay_s = 0.0
        self.frozen_until = 0.0
        self.released = asyncio.Event()
        self.held = 0
        self.made = 0
        self.fired = []
        self.counts = collections.defaultdict(collections.Counter)

    def count(self, what, api):
        self.counts[what][api] += 1

    def take(self, request):
        """The rule that this request meets; it is used up."""
        for rule in self.rules:
            if rule.wants(request):
                self.rules.remove(rule)
                return rule
        return None

    def fire(self, rule, request):
        if rule.signal:
            try:
                os.kill(rule.pid, getattr(signal, f"SIG{rule.signal}"))
            except ProcessLookupError:
                pass
            self.count(f"signalled-{rule.signal}", request.api)
        self.fired.append({"rule": rule.number, "api": request.api, "client": request.client,
                           "transaction": request.transaction, "aborts": request.aborts})

    async def pass_time(self, request_api):
        """What a frame waits for before it may go on; `request_api` is empty for an answer."""
        loop = asyncio.get_running_loop()
        if request_api and self.delay_s > 0:
            self.count("delayed", request_api)
            await asyncio.sleep(self.delay_s * self.dice.uniform(0.5, 1.5))
        while loop.time() < self.frozen_until:
            await asyncio.sleep(self.frozen_until - loop.time())

    async def hold(self, seconds):
        self.held += 1
        released = self.released
        try:
            await asyncio.wait_for(released.wait(), seconds)
        except asyncio.TimeoutError:
            pass
        self.held -= 1

    # ---- the commands

    def do_arm(self, command):
        self.made += 1
        rule = Rule(self.made, **command)
        if rule.when not in ("before", "after") or rule.api not in APIS.values():
            raise ValueError(f"no such rule: {command}")
        self.rules.append(rule)
        return {"rule": rule.number}

    def do_disarm(self, _):
        left = len(self.rules) + sum(link.forget_rules() for link in self.links)
        self.rules.clear()
        return {"disarmed": left}

    def do_release(self, _):
        self.released.set()
        self.released = asyncio.Event()
        return {"released": self.held}

    def do_cut(self, command):
        chosen = [link for link in self.links if command.get("client") in (None, link.client)]
        for link in chosen:
            self.count("cut", "idle")
            link.cut()
        return {"cut": len(chosen)}

    def do_delay(self, command):
        self.delay_s = command["ms"] / 1000
        return {}

    def do_freeze(self, command):
        self.frozen_until = asyncio.get_running_loop().time() + command["ms"] / 1000
        self.count("frozen", "all")
        return {}

    def do_report(self, _):
        return {**{what: dict(counter) for what, counter in self.counts.items()}, "fired": self.fired}

    def command(self, line):
        command = json.loads(line)
        return getattr(self, "do_" + command.pop("do"))(command)


async def read_frame(reader):
    """A frame without its length; None at the end of the connection."""
    try:
        length = struct.unpack(">i", await reader.readexactly(4))[0]
        if not 4 <= length <= FRAME_BYTES_MAX:
            return None
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, OSError):
        return None


def write_frame(writer, frame):
    writer.write(struct.pack(">i", len(frame)) + frame)


class Link:
    """A client's connection and the one to the broker that belongs to it."""

    def __init__(self, faults, reader, writer):
        self.faults = faults
        self.from_client, self.to_client = reader, writer
        self.from_broker = self.to_broker = None
        self.client = ""
        self.asked = {}  # correlation id -> the request, and the rule for its answer
        self.client_gone = False
        self.late = None  # set when the answer to a late request has come

    def cut(self):
        self.client_gone = True
        self.to_client.transport.abort()

    def forget_rules(self):
        """Of answers that have not come; how many."""
        waiting = [correlation for correlation, (_, rule) in self.asked.items() if rule is not None]
        for correlation in waiting:
            self.asked[correlation] = (self.asked[correlation][0], None)
        return len(waiting)

    async def run(self, target):
        self.faults.links.add(self)
        pumps = []
        try:
            self.from_broker, self.to_broker = await asyncio.open_connection("127.0.0.1", target)
            pumps = [asyncio.create_task(self.pump_requests()), asyncio.create_task(self.pump_answers())]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        except OSError:
            self.faults.count("refused", "connect")
        finally:
            self.faults.links.discard(self)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self.to_client.transport.abort()
            if self.to_broker is not None:
                self.to_broker.transport.abort()

    async def pump_requests(self):
        while True:
            frame = await read_frame(self.from_client)
            if frame is None:
                return
            request = parse_request(frame)
            self.client = request.client
            self.faults.count("requests", request.api)
            if request.aborts:
                self.faults.count("asked-to-abort", request.transaction)
            await self.faults.pass_time(request.api)
            rule = self.faults.take(request)
            if rule is not None and rule.when == "before" and not await self.act_before(rule, request):
                return
            self.asked[request.correlation] = (request, rule if rule and rule.when == "after" else None)
            if self.client_gone or self.from_client.at_eof():
                self.client_gone = True
                self.late = asyncio.Event()
                self.faults.count("late", request.api)
            write_frame(self.to_broker, frame)
            await self.to_broker.drain()
            if self.late is not None:
                await asyncio.wait_for(self.late.wait(), LATE_ANSWER_S)
                return

    async def act_before(self, rule, request):
        """Whether the request still goes to the broker."""
        self.faults.fire(rule, request)
        if rule.cut:
            self.cut()
        if rule.hold_ms > 0:
            self.faults.count("held", request.api)
            await self.faults.hold(rule.hold_ms / 1000)
            return True
        if rule.cut:
            self.faults.count("lost-requests", request.api)
        return not rule.cut

    async def pump_answers(self):
        while True:
            frame = await read_frame(self.from_broker)
            if frame is None:
                return
            correlation = struct.unpack_from(">i", frame)[0]
            request, rule = self.asked.pop(correlation, (None, None))
            await self.faults.pass_time("")
            if is_fenced(request, frame):
                self.faults.count("fenced", request.api)
            if rule is not None:
                self.faults.fire(rule, request)
                if rule.cut:
                    self.faults.count("lost-answers", request.api)
                    return
            if self.late is not None:
                self.late.set()
            if self.client_gone:
                continue
            write_frame(self.to_client, frame)
            await self.to_client.drain()


async def follow_commands(faults):
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        try:
            answer = faults.command(line)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


async def serve(arguments):
    faults = Faults(arguments.seed)
    for pair in arguments.ports:
        listen, target = (int(port) for port in pair.split(":"))

        async def accept(reader, writer, target=target):
            try:
                await Link(faults, reader, writer).run(target)
            except (OSError, asyncio.TimeoutError):
                pass

        await asyncio.start_server(accept, "127.0.0.1", listen)
    print(json.dumps({"ready": True}), flush=True)
    await follow_commands(faults)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("ports", nargs="+", metavar="LISTEN:TARGET")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
