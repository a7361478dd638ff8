"""Episodes for the rules of windows.yaml: some events each, on a group of their own, that make one rule fire once, or
almost. What they come to does not depend on the order in which the partitions are read, so it is known when they are
made. And the comparison of that with what was committed."""

import collections
import dataclasses
import json
import sys

import scenario

RULE = "5d8f3b52-8c1e-4f0a-9a37-6f0b5e3c1"
MANY, SPREAD, DROPPED, BEGUN, BOTH, AGAIN = (RULE + f"{number:03}" for number in range(1, 7))
RULES = (MANY, SPREAD, DROPPED, BEGUN, BOTH, AGAIN)
# Fired by a deadline, or by events that one task reads in their order: the ids are those of the replay.
SAME_IDS = (BEGUN, AGAIN)
KILL, ISOLATE = ("kill_process", "quarantine_file"), ("quarantine_asset",)


@dataclasses.dataclass
class Expected:
    """What an episode comes to. `commands`: (asset, action)."""
    rule: str
    group: str
    fires: bool
    matches: int = 0
    joined: int = 0
    commands: list = dataclasses.field(default_factory=list)


class Episodes:
    """Of two topics, by number. One gets more partitions under way: what needs its events in order is on the other."""

    def __init__(self, dice, growing):
        self.dice, self.steady = dice, 1 - growing
        self.made = 0

    def draw(self):
        """The events, as (seconds from now, topic, event), and what is expected."""
        self.made += 1
        make = self.dice.choice((self.many, self.spread, self.dropped, self.begun, self.both, self.again))
        return make(f"g{self.made}", self.dice.random() < 0.7)

    def event(self, image, host, user="bob"):
        return {**scenario.process_start(self.dice, f"C:\\torture\\{image}.exe", image), "Hostname": host, "User": user}

    def topic(self):
        return self.dice.randrange(2)

    def times(self, count, seconds):
        return sorted(self.dice.uniform(0, seconds) for _ in range(count))

    def on_one(self, topic, host, images, seconds):
        return [(after, topic, self.event(image, host))
                for after, image in zip(self.times(len(images), seconds), images)]

    def by_user(self, user, images, hosts):
        return [(after, self.topic(), self.event(image, host, user))
                for after, image, host in zip(self.times(len(images), 8), images, hosts)]

    # ---- an episode for each rule; `fires`: or almost

    def many(self, name, fires):
        count = 4 if fires else 3
        return self.on_one(self.topic(), name, ["many"] * count, 8), Expected(
            MANY, name, fires, count, commands=[(name, action) for action in ISOLATE])

    def spread(self, name, fires):
        hosts = [f"{name}-{number if fires else number % 2}" for number in range(3)]
        return self.by_user(name, ["spread"] * 3, hosts), Expected(
            SPREAD, name, fires, 3, commands=[(host, action) for host in hosts for action in KILL])

    def dropped(self, name, fires):
        images = ["drop", "run", "run"] if fires else ["run", "drop", "run"]
        return self.on_one(self.topic(), name, images, 8), Expected(
            DROPPED, name, fires, 3, commands=[(name, action) for action in KILL])

    def begun(self, name, fires):
        images = ["begin"] if fires else ["begin", "end"]
        return self.on_one(self.topic(), name, images, 3), Expected(
            BEGUN, name, fires, 1, commands=[(name, action) for action in ISOLATE])

    def both(self, name, fires):
        images = self.dice.sample(("left", "right"), 2) if fires else ["left", "left"]
        return self.by_user(name, images, [f"{name}-1", f"{name}-2"]), Expected(BOTH, name, fires, 2)

    def again(self, name, fires):
        count = self.dice.randrange(2, 6) if fires else 1
        return self.on_one(self.steady, name, ["again"] * count, 5), Expected(
            AGAIN, name, fires, 2, joined=count - 2)


# ---- the comparison


def is_summary(alert):
    return alert.get("kind") == "summary"


def firings_of(alerts):
    """(rule, group, matches) of each firing, once for all parts of it; and its ids by (rule, group)."""
    parts = collections.defaultdict(list)
    for alert in alerts:
        part = alert.get("part", {"number": 1, "of": 1})
        parts[(alert["firing_id"], alert["rule"]["id"], alert["group"][0]["value"], alert["matches"],
               part["of"])].append(part["number"])
    for (firing, *_, count), numbers in parts.items():
        if sorted(numbers) != list(range(1, count + 1)):
            scenario.fail(f"the firing {firing} has the parts {sorted(numbers)} of {count}")
    return (collections.Counter((rule, group, matches) for _, rule, group, matches, _ in parts),
            {(rule, group): firing for firing, rule, group, _, _ in parts})


def judge(expected, alerts, commands, replay):
    """`alerts` and `commands` are of the rules of windows.yaml alone. Returns the figures."""
    due = [one for one in expected if one["fires"]]
    want = collections.Counter((one["rule"], one["group"], one["matches"]) for one in due)
    replayed = [line for line in replay if line["kind"] == "firing" and line["rule"] in RULES]
    # What no event is beyond, a replay leaves open.
    left_open = sum(line["firings"] for line in replay if line["kind"] == "waiting")
    of_replay = collections.Counter((line["rule"], line["group"][0]["value"], line["matches"]) for line in replayed)
    still = want - of_replay
    if left_open != still.total() or any(rule != BEGUN for rule, *_ in still):
        scenario.fail(f"the replay leaves {left_open} firings open, and lacks {still.total()}: {list(still)[:3]}")
    scenario.first_difference("firings of windows in the replay", of_replay, want - still)

    summaries = [alert for alert in alerts if is_summary(alert)]
    firings, ids = firings_of([alert for alert in alerts if not is_summary(alert)])
    scenario.first_difference("firings of windows", firings, want)
    scenario.no_id_twice("firings of windows", ids.values())
    for line in replayed:
        place = (line["rule"], line["group"][0]["value"])
        if line["rule"] in SAME_IDS and ids[place] != line["firing"]:
            scenario.fail(f"the firing {place} has the id {ids[place]}, in the replay {line['firing']}")
    scenario.first_difference(
        "summaries", collections.Counter((alert["firing_id"], alert["joined"]) for alert in summaries),
        collections.Counter((ids[(one["rule"], one["group"])], one["joined"]) for one in due if one["joined"]))
    scenario.first_difference(
        "commands of windows",
        collections.Counter((command["rule"]["id"], command["asset"]["id"], command["action"]) for command in commands),
        collections.Counter((one["rule"], asset, action) for one in due for asset, action in one["commands"]))
    by_rule = collections.Counter(one["rule"] for one in due)
    if any(by_rule[rule] == 0 for rule in RULES):
        scenario.fail(f"a rule was not to fire at all, the events do not test much: {by_rule}")
    print(f"windows: {len(due)} firings of {len(by_rule)} rules, as expected of {len(expected)} episodes; "
          f"{len(summaries)} summaries; {len(commands)} commands; no id twice")
    return {"episodes": len(expected), "firings": len(due), "summaries": len(summaries), "commands": len(commands)}


def judge_stores(engines, disks_failed):
    """`engines`: the answers of `riposte state verify` about the stopped engines' stores. Returns the figures."""
    followed, figures = collections.Counter(), collections.Counter()
    for store in (store for engine in engines for store in engine["stores"]):
        if "problem" in store:
            scenario.fail(f"{store['path']}: {store['problem']}")
        if not store["same"] and store["unusable"] != "gone":
            scenario.fail(f"a store is not what its changelog says: {store}")
        followed[store["partition"]] += store["behind"] == 0 and store["same"]
        for name in ("equal", "behind", "superseded"):
            figures[name] += store[name]
        figures["stores"] += 1
    without = sorted(partition for partition, stores in followed.items() if stores == 0)
    # Who took a task over on a disk that failed then has no store until its next start.
    if without and not disks_failed:
        scenario.fail(f"no store has all of the changelog's partitions {without}")
    print(f"stores: {figures['stores']}, {figures['equal']} records equal to the changelog's, "
          f"{figures['behind']} behind in those of former owners")
    return dict(figures)


def main():
    """FOLDER: has the expectation, what was committed, the replay, what is said of the stores, and the report."""
    folder = sys.argv[1]
    alerts, commands = (
        [line for line in scenario.read_json(f"{folder}/{name}.committed") if line["rule"]["id"] in RULES]
        for name in ("alerts", "commands"))
    figures = judge(scenario.read_json(f"{folder}/expected.ndjson"), alerts, commands,
                    scenario.read_json(f"{folder}/replay.json"))
    with open(f"{folder}/torture.json", encoding="utf-8") as file:
        disks_failed = json.load(file)["counts"].get("disks that failed", 0) > 0
    stores = judge_stores(scenario.read_json(f"{folder}/stores.ndjson"), disks_failed)
    with open(f"{folder}/windows.json", "w", encoding="utf-8") as file:
        json.dump({"windows": figures, "stores": stores}, file)


if __name__ == "__main__":
    main()
