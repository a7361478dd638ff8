#!/usr/bin/env python3
"""The parts of the integration tests that a shell is too weak for. Each verb says what it does."""

import argparse
import collections
import datetime
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import time

OUTPUTS = ("alerts", "audit", "commands", "dead-letter")


def fail(text):
    print(f"FAILED: {text}", file=sys.stderr)
    sys.exit(1)


def read_lines(path):
    """The lines as bytes without their ends: events may be invalid UTF-8."""
    with open(path, "rb") as file:
        return [line.rstrip(b"\r\n") for line in file]


# ---- ports


def ports(arguments):
    """Prints the first of COUNT free ports in a row."""
    for _ in range(100):
        first = random.randrange(20000, 32000)
        sockets = []
        try:
            for port in range(first, first + arguments.count):
                sockets.append(socket.socket())
                sockets[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sockets[-1].bind(("127.0.0.1", port))
            print(first)
            return
        except OSError:
            continue
        finally:
            for held in sockets:
                held.close()
    fail("no free ports")


# ---- events

SYSMON = {"Channel": "Microsoft-Windows-Sysmon/Operational", "SourceName": "Microsoft-Windows-Sysmon"}
SECURITY = {"Channel": "Security", "SourceName": "Microsoft-Windows-Security-Auditing"}
SHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"


def sha256(dice):
    return f"SHA256={dice.getrandbits(256):064X}"


def process_start(dice, image, command):
    return {**SYSMON, "EventID": 1, "ProcessGuid": f"{{{dice.getrandbits(64):016x}}}",
            "ProcessId": str(dice.randrange(1000, 60000)), "Image": image, "CommandLine": command,
            "Hashes": sha256(dice), "ParentImage": "C:\\Windows\\System32\\cmd.exe", "ParentProcessId": "592"}


def noise(dice):
    kind = dice.randrange(5)
    if kind == 0:
        return process_start(dice, f"C:\\Program Files\\Tool {dice.randrange(50)}\\tool.exe",
                             f"tool.exe /job {dice.randrange(1000)}")
    if kind == 1:
        return {**SYSMON, "EventID": 3, "ProcessGuid": "{a}", "ProcessId": "7", "Initiated": "true",
                "Image": "C:\\Program Files\\Browser\\browser.exe", "Protocol": "tcp", "SourceIp": "10.0.0.5",
                "SourcePort": str(dice.randrange(1024, 65535)), "DestinationIp": "203.0.113.9",
                "DestinationPort": "443"}
    if kind == 2:
        return {**SYSMON, "EventID": 13, "EventType": "INFO", "ProcessId": "4", "Image": "C:\\Windows\\explorer.exe",
                "TargetObject": f"HKU\\S-1-5-21\\Software\\Setting{dice.randrange(500)}", "Details": "DWORD (0x0)"}
    if kind == 3:
        return {**SYSMON, "EventID": 11, "ProcessId": "8", "Image": "C:\\Windows\\explorer.exe",
                "TargetFilename": f"C:\\Users\\bob\\Documents\\note{dice.randrange(9999)}.txt"}
    return {**SECURITY, "EventID": 4624, "TargetUserName": "bob", "LogonType": "3"}


def shell(dice):
    code = "".join(dice.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") for _ in range(48))
    return process_start(dice, SHELL, f"powershell -noP -sta -w 1 -enc {code}")


def reader(dice):
    return {**SYSMON, "EventID": 10, "SourceProcessGUID": f"{{{dice.getrandbits(64):016x}}}",
            "SourceProcessId": str(dice.randrange(1000, 60000)), "SourceImage": "C:\\Users\\bob\\Desktop\\dump.exe",
            "TargetProcessId": "520", "TargetImage": "C:\\Windows\\System32\\lsass.exe", "GrantedAccess": "0x1fffff"}


def service(dice):
    return {"Channel": "System", "SourceName": "Service Control Manager", "EventID": 7045,
            "ServiceName": f"Q{dice.randrange(999)}", "ImagePath": '%COMSPEC% /C "start /b powershell"'}


def to_web(dice):
    return {**SYSMON, "EventID": 3, "ProcessGuid": f"{{{dice.getrandbits(64):016x}}}", "ProcessId": "77",
            "Image": SHELL, "Initiated": "true", "Protocol": "tcp", "SourceIp": "10.0.0.5", "SourcePort": "50000",
            "DestinationIp": "203.0.113.9", "DestinationPort": str(dice.choice((80, 443, 8080, 9000)))}


def ticket(dice):
    return process_start(dice, "C:\\Users\\bob\\Desktop\\Rubeus.exe",
                         f"Rubeus.exe asktgt /user:u{dice.randrange(99)} /rc4:{dice.getrandbits(128):032x}")


def log_cleared(_):
    return {**SECURITY, "EventID": 1102, "SubjectUserName": "bob"}


# What an event may be, and how many of 1,000 are.
MIX = ((shell, 40), (reader, 12), (service, 12), (to_web, 30), (ticket, 6), (log_cleared, 1))


def bare_events(dice):
    """Events without time and number: about one in ten of them matches some rule of the library; one in 500 is a line
    of broken or empty JSON instead. A log is cleared once on a machine: to isolate one again would not be ordered."""
    for number in itertools.count():
        if number % 500 == 250:
            yield '{"Hostname": "broken' if number % 1000 == 250 else f"[{number}]"
            continue
        draw = dice.randrange(1000)
        make = noise
        for candidate, share in MIX:
            if draw < share:
                make = candidate
                break
            draw -= share
        event = make(dice)
        machine = f"LOG{number}" if make is log_cleared else f"WS{dice.randrange(60)}"
        yield {**event, "Hostname": f"{machine}.example.net"}


def finished(event, number, time_of):
    """As a line in the windows-nxlog format, without an end."""
    text = time_of.isoformat(" ", "milliseconds")[:23]
    stamp = text.replace(" ", "T") + "Z"
    return json.dumps({**event, "RecordNumber": number, "UtcTime": text, "@timestamp": stamp, "TimeCreated": stamp})


def events_of(seed):
    """Lines, all but those that are no events of about the same time."""
    start = datetime.datetime.now(datetime.timezone.utc)
    for number, event in enumerate(bare_events(random.Random(seed))):
        if isinstance(event, str):
            yield event
        else:
            yield finished(event, number, start + datetime.timedelta(microseconds=number))


def generate(arguments):
    """Prints COUNT events."""
    for line in itertools.islice(events_of(arguments.seed), arguments.count):
        sys.stdout.write(line + "\n")


# ---- producing


def key_of(line):
    try:
        return str(json.loads(line.decode("utf-8", "replace"))["Hostname"]).encode("utf-8", "replace")
    except (ValueError, TypeError, KeyError):
        return b"unknown"


def produce(arguments):
    """Writes the events as `key<0x01>value` lines for kcat, evenly over SECONDS."""
    lines = read_lines(arguments.events)
    out = sys.stdout.buffer
    begin = time.monotonic()
    for number, line in enumerate(lines):
        if number % 100 == 0:
            out.flush()
            ahead = begin + arguments.seconds * number / len(lines) - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
        out.write(key_of(line) + b"\x01" + line + b"\n")
    out.flush()


# ---- transactions that stay open


def end_offsets(broker, topics, partitions, isolation):
    command = ["kcat", "-Q", "-b", broker, "-X", f"isolation.level={isolation}"]
    for topic in topics:
        for partition in range(partitions):
            command += ["-t", f"{topic}:{partition}:-1"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    offsets = {}
    for line in answer.stdout.splitlines():  # "riposte.audit [0] offset 17"
        words = line.split()
        if len(words) >= 4 and words[2] == "offset":
            offsets[(words[0], words[1])] = int(words[3])
    return offsets


def held(arguments):
    """Exit code 0 if records of some output partition are still withheld from read_committed readers 0.4 s after they
    were there: a transaction stays open. With the process in question stopped this tells whether it was stopped inside
    one; what others write goes on and is released sooner."""
    topics = [f"riposte.{name}" for name in OUTPUTS]
    # In this order: a record that comes in between must not look like one that is withheld.
    ends = end_offsets(arguments.broker, topics, arguments.partitions, "read_uncommitted")
    time.sleep(0.4)
    stable = end_offsets(arguments.broker, topics, arguments.partitions, "read_committed")
    if not ends or not stable:
        fail("kcat tells no end offsets")
    sys.exit(0 if any(place in stable and end > stable[place] for place, end in ends.items()) else 1)


# ---- the sum of the audit


def counts_records(lines):
    for line in lines:
        record = json.loads(line)
        if record.get("kind") == "counts":
            yield record


def covered(_):
    """Reads audit records from stdin; prints how many input records their counts cover, each once."""
    print(sum(last - first for ranges in ranges_covered(sys.stdin).values() for first, last in ranges))


def ranges_covered(audit):
    """(topic, partition) -> the ranges [first, behind the last) that the counts cover, ascending and apart."""
    covers = collections.defaultdict(list)
    for record in counts_records(audit):
        covers[(record["topic"], record["partition"])].append((record["first_offset"], record["last_offset"] + 1))
    for place, ranges in covers.items():
        apart = []
        for first, end in sorted(ranges):
            if apart and first <= apart[-1][1]:
                apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
            else:
                apart.append((first, end))
        covers[place] = apart
    return covers


def check_nothing_lost(path, ends):
    """Each input record of each partition is covered once or more."""
    with open(path, encoding="utf-8") as audit:
        covers = ranges_covered(audit)
    expected = {place: [(0, end)] for place, end in ends.items()}
    if covers != expected:
        fail(f"the audit covers {dict(covers)}, the input has {expected}")


def check_sums(audit, ends):
    """Each input record of each partition is covered once; `ends`: (topic, partition) -> one past the last offset."""
    ranges = collections.defaultdict(list)
    total = collections.Counter()
    for record in counts_records(audit):
        parts = record["matched"] + record["unmatched"] + record["dead_lettered"] + record["empty"]
        if record["consumed"] != parts:
            fail(f"a transaction's sum does not hold: {record}")
        if record["consumed"] != record["last_offset"] - record["first_offset"] + 1:
            fail(f"a transaction's offsets are not as many as its records: {record}")
        ranges[(record["topic"], record["partition"])].append((record["first_offset"], record["last_offset"]))
        for name in ("consumed", "matched", "unmatched", "dead_lettered", "empty"):
            total[name] += record[name]
        total["transactions"] += 1
    for place, end in sorted(ends.items()):
        following = 0
        for first, last in sorted(ranges.pop(place, [])):
            if first != following:
                fail(f"{place}: a transaction starts at offset {first}, the one before ended before {following}")
            following = last + 1
        if following != end:
            fail(f"{place}: the audit ends before offset {following}, the topic before {end}")
    if ranges:
        fail(f"the audit has partitions that the input does not have: {sorted(ranges)}")
    return total


def input_ends(path):
    """From `topic partition offset value` lines: (topic, partition, offset) -> value, and the ends by topic and
    partition."""
    values, ends = {}, collections.Counter()
    with open(path, "rb") as file:
        for line in file:
            topic, partition, offset, value = line.rstrip(b"\n").split(b"\x01", 3)
            place = (topic.decode(), int(partition))
            values[(*place, int(offset))] = value
            ends[place] = max(ends[place], int(offset) + 1)
    return values, ends


def sums(folder, values, ends, count):
    """Checks the audit's sums against the input topics; prints the totals."""
    if len(values) != count:
        fail(f"the input topics have {len(values)} records, {count} were produced")
    with open(f"{folder}/audit.committed", encoding="utf-8") as audit:
        total = check_sums(audit, ends)
    print(f"sum: {total['consumed']} consumed = {total['matched']} matched + {total['unmatched']} unmatched + "
          f"{total['dead_lettered']} dead-lettered + {total['empty']} empty, in {total['transactions']} transactions")
    return total


# ---- the judgement


def line_numbers(events, values):
    """(topic, partition, offset) -> line of the file. Equal lines have equal keys, so they keep their order."""
    where = collections.defaultdict(collections.deque)
    for number, line in enumerate(read_lines(events), 1):
        where[line].append(number)
    numbers = {}
    for place in sorted(values):
        if not where[values[place]]:
            fail(f"the input has a record at {place} that the file does not have")
        numbers[place] = where[values[place]].popleft()
    left = sum(len(queue) for queue in where.values())
    if left != 0:
        fail(f"{left} lines of the file are not in the input")
    return numbers


def first_difference(name, got, expected):
    if got == expected:
        return
    more, less = got - expected, expected - got
    fail(f"{name}: {sum(more.values())} that are not expected, {sum(less.values())} missing; "
         f"for example {list(more.items())[:3]} and {list(less.items())[:3]}")


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def no_id_twice(name, ids):
    twice = [text for text, count in collections.Counter(ids).items() if count > 1]
    if twice:
        fail(f"{len(twice)} ids of {name} are there more than once: {twice[:3]}")


def judge_repeats(arguments):
    """Compares what was delivered at least once, each id taken once, with the replay; prints how much was repeated."""
    folder = arguments.folder
    values, ends = input_ends(f"{folder}/input.txt")
    check_nothing_lost(f"{folder}/audit.committed", ends)
    every = {name: read_json(f"{folder}/{name}.committed") for name in ("alerts", "commands")}
    alerts = {alert["firing_id"]: alert for alert in every["alerts"]}
    commands = {command["id"]: command for command in every["commands"]}
    numbers = line_numbers(arguments.events, values)
    line_of = {alert["firing_id"]: numbers[tuple(alert["origin"][name] for name in ("topic", "partition", "offset"))]
               for alert in alerts.values()}
    replay = read_json(arguments.replay)
    first_difference("matches", collections.Counter((line_of[id], alert["rule"]["id"]) for id, alert in alerts.items()),
                     collections.Counter((line["line"], line["rule"]) for line in replay if line["kind"] == "match"))
    first_difference("commands",
                     collections.Counter((line_of[command["firing"]["id"]], command["rule"]["id"], command["action"])
                                         for command in commands.values()),
                     collections.Counter((line["line"], line["rule"], line["action"]) for line in replay
                                         if line["kind"] == "command" and line["would"] == "order"
                                         and line["rule"] in set(arguments.enforced)))
    print(f"equal to the plain evaluator: {len(alerts)} matches, {len(commands)} commands; repeated, with the same ids: "
          f"{len(every['alerts']) - len(alerts)} alerts, {len(every['commands']) - len(commands)} commands")


def judge(arguments):
    """Compares what a read_committed reader sees with the replay of the same file; prints the figures."""
    folder = arguments.folder
    values, ends = input_ends(f"{folder}/input.txt")
    total = sums(folder, values, ends, arguments.count)
    numbers = line_numbers(arguments.events, values)
    replay = read_json(arguments.replay)
    apart = set(arguments.apart)
    alerts = [alert for alert in read_json(f"{folder}/alerts.committed") if alert["rule"]["id"] not in apart]
    commands = [command for command in read_json(f"{folder}/commands.committed") if command["rule"]["id"] not in apart]

    matched_lines = len({line["line"] for line in replay if line["kind"] == "match"})
    matches = collections.Counter((line["line"], line["rule"]) for line in replay
                                  if line["kind"] == "match" and line["rule"] not in apart)
    line_of = {alert["firing_id"]: numbers[tuple(alert["origin"][name] for name in ("topic", "partition", "offset"))]
               for alert in alerts}
    seen = collections.Counter((line_of[alert["firing_id"]], alert["rule"]["id"]) for alert in alerts)
    first_difference("matches", seen, matches)
    no_id_twice("alerts", [alert["firing_id"] for alert in alerts])
    if total["matched"] != matched_lines:
        fail(f"the audit says {total['matched']} matched records, the replay {matched_lines}")

    enforced = set(arguments.enforced)
    expected = [line for line in replay
                if line["kind"] == "command" and line["would"] == "order" and line["rule"] in enforced]
    first_difference("commands", collections.Counter((line_of[command["firing"]["id"]], command["rule"]["id"],
                                                       command["action"]) for command in commands),
                     collections.Counter((line["line"], line["rule"], line["action"]) for line in expected))
    # The id of an event without an id of its own has its place in Kafka in it, which a file does not have.
    first_difference("ids of commands",
                     collections.Counter(command["id"] for command in commands if command["firing"]["event_ids"]),
                     collections.Counter(line["command"]["id"] for line in expected
                                         if line["command"]["firing"]["event_ids"]))
    no_id_twice("commands", [command["id"] for command in commands])
    print(f"equal to the plain evaluator: {len(alerts)} matches of {len({rule for _, rule in matches})} rules on "
          f"{len({line for line, _ in matches})} events; {len(commands)} commands; no id twice")
    if len(matches) < arguments.least_matches:
        fail(f"only {len(matches)} matches: the events do not test much")

    copies = {}
    for name in OUTPUTS:
        every = read_lines(f"{folder}/{name}.uncommitted")
        committed = read_lines(f"{folder}/{name}.committed")
        copies[name] = len(every) - len(committed)
    print("aborted copies: " + ", ".join(f"{count} {name}" for name, count in copies.items()))
    if arguments.figures:
        with open(arguments.figures, "w", encoding="utf-8") as file:
            json.dump({"sum": total, "alerts": len(alerts), "commands": len(commands), "aborted_copies": copies}, file)
    if sum(copies.values()) == 0:
        sys.exit(9)


def tell(arguments):
    """Puts the figures of the judgements into the report of torture.py, and prints it."""
    with open(arguments.report, encoding="utf-8") as file:
        report = json.load(file)
    report["judgement"] = {}
    for path in arguments.figures:
        with open(path, encoding="utf-8") as file:
            report["judgement"] |= json.load(file)
    with open(arguments.report, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    print(f"seed {report['seed']}, {report['nodes']} node(s), {report['engines']} engines, {report['seconds']} s")
    print("faults: " + ", ".join(f"{count} x {name}" for name, count in report["faults"].items()))
    ended = report["transactions"]
    print(f"transactions, by the broker's markers at least: {ended['committed']} committed, {ended['aborted']} aborted")
    for name, count in report["counts"].items():
        print(f"{name}: {count}")
    for name, by_api in report["proxy"].items():
        print(f"proxy, {name}: " + ", ".join(f"{count} {api}" for api, count in by_api.items()))
    longest = report["longest_recovery"]
    print(f"longest recovery: {longest['seconds']} s, from: {longest['fault']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(required=True)

    def verb(function, *options):
        sub = verbs.add_parser(function.__name__, help=function.__doc__)
        sub.set_defaults(function=function)
        for name, settings in options:
            sub.add_argument(name, **settings)

    number, text = {"type": int}, {}
    verb(ports, ("count", number))
    verb(generate, ("count", number), ("--seed", {"type": int, "default": 1}))
    verb(produce, ("events", text), ("--seconds", {"type": float, "default": 0.0}))
    verb(held, ("broker", text), ("partitions", number))
    verb(covered)
    verb(judge, ("folder", text), ("events", text), ("replay", text), ("--count", number),
         ("--least-matches", {"type": int, "default": 1}), ("--enforced", {"nargs": "*", "default": []}),
         ("--apart", {"nargs": "*", "default": []}), ("--figures", text))
    verb(judge_repeats, ("folder", text), ("events", text), ("replay", text),
         ("--enforced", {"nargs": "*", "default": []}))
    verb(tell, ("report", text), ("figures", {"nargs": "+"}))
    arguments = parser.parse_args()
    arguments.function(arguments)


if __name__ == "__main__":
    main()
