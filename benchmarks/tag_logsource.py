#!/usr/bin/env python3
"""Adds to events the Sigma log source that they are of, for engines that route by a field of the event.

    tag_logsource.py PROFILE.yaml [--last] <EVENTS.ndjson >TAGGED.ndjson

PROFILE.yaml: a profile of rules/profiles, whose `logsources` say which events belong where. Each event gets `riposte_line` (from 1),
`sigma_category` and `sigma_service`. An event of several categories gets the first one in the profile's order, or with --last the last
one: such engines know one category an event.
"""
import json
import re
import sys


def read_value(text):
    text = text.strip()
    return [part.strip() for part in text[1:-1].split(",")] if text.startswith("[") else [text]


def read_conditions(text):
    """{Channel: Security, EventID: [1, 2]}"""
    conditions = []
    for key, value in re.findall(r"(\w+): (\[[^\]]*\]|[^,}]+)", text):
        conditions.append((key, {one.casefold() for one in read_value(value)}))
    return conditions


def read_routes(path):
    """(category, service, ways); an event belongs there if one of the ways holds."""
    routes, inside = [], False
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line == "  logsources:":
            inside = True
        elif not inside or not line.startswith("    "):
            continue
        elif line.startswith("    - "):
            routes.append({"category": "", "service": "", "when": []})
        elif match := re.match(r"      (category|service): (\S+)$", line):
            routes[-1][match[1]] = match[2]
        elif match := re.match(r"      (?:when:|  -) (\{.*\})$", line):
            routes[-1]["when"].append(read_conditions(match[1]))
    return [route for route in routes if route["when"]]


def belongs(event, ways):
    return any(all(str(event.get(key, "")).casefold() in values for key, values in way) for way in ways)


def main():
    arguments = [one for one in sys.argv[1:] if one != "--last"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    routes = read_routes(arguments[0])
    if "--last" in sys.argv:
        routes.reverse()
    known = {}  # a route depends on little of an event
    keys = sorted({key for route in routes for way in route["when"] for key, _ in way})
    for number, line in enumerate(sys.stdin, 1):
        event = json.loads(line)
        about = tuple(str(event.get(key, "")) for key in keys)
        if about not in known:
            fits = [route for route in routes if belongs(event, route["when"])]
            known[about] = {kind: next((route[kind] for route in fits if route[kind]), "") for kind in ("category", "service")}
        tag = {"riposte_line": number}
        tag |= {f"sigma_{kind}": value for kind, value in known[about].items() if value}
        sys.stdout.write(json.dumps(tag, separators=(",", ":"))[:-1] + "," + line.rstrip("\n").lstrip()[1:] + "\n")


main()
