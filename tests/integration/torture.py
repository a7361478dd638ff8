#!/usr/bin/env python3
"""Engines of one group at work while a seeded schedule of faults strikes them, their brokers and what is between them.
torture.sh calls it and judges what was committed; this part decides when to do what, waits for the recovery from each
fault, and counts. Exit code 1: something did not recover, or ended that should not have."""

import argparse
import collections
import json
import random
import signal
import sys
import time

from torture_world import Brokers, Engine, Failed, Producer, Proxy, covered, log_counts, wait_until, window_alerts

SESSION_S = 5        # session.timeout.ms in torture.sh
RECOVERY_S = 90      # I9: progress resumes within this time after a fault has ended
TAKEOVER_S = 30      # within this time the others have what a stopped engine had
FIRE_S = 8           # how long a rule waits for its request
DRAIN_S = 120
SILENCE_S = 120      # longer than two idle waits and the longest window together
AHEAD_S = 60         # instead, in a short run
SHORT_S = 120
PARTITIONS_ADDED_MAX = 4
BEHIND_S = 3         # recovered: no further behind than this much of the input

# Named points of a transaction: the request, and whether the broker has yet seen it.
POINTS = (("Produce", "before"), ("Produce", "after"), ("AddPartitionsToTxn", "after"), ("TxnOffsetCommit", "before"),
          ("TxnOffsetCommit", "after"), ("EndTxn", "before"), ("EndTxn", "after"))


class Torture:
    def __init__(self, arguments):
        self.arguments = arguments
        self.dice = random.Random(arguments.seed)
        self.began = time.monotonic()
        self.partitions = dict((topic, int(count)) for topic, count in (pair.split(":") for pair in arguments.topics))
        self.short = arguments.seconds < SHORT_S
        # When the first input grows, the state tasks have no input any more. As senders they are waited for until they
        # count as idle, for which a short run has no time.
        self.growing = list(self.partitions)[-1 if self.short else 0]
        self.added = 0
        self.faults = collections.Counter()
        self.counts = collections.Counter()
        self.recoveries = []  # (seconds, fault)
        ports = iter(range(arguments.http_port, arguments.http_port + arguments.engines))
        self.engines = [Engine(f"e{number}", port, arguments.command, arguments.work)
                        for number, port in enumerate(ports, 1)]
        self.guests = 0
        self.brokers = Brokers(arguments.kafka_sh, arguments.broker_folder, arguments.port, arguments.nodes)
        self.proxy = self.producer = None

    def say(self, text):
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    # ---- the run

    def run(self):
        arguments = self.arguments
        self.proxy = Proxy(arguments.proxy, arguments.seed)
        for engine in self.engines:
            engine.start()
        for engine in self.engines:
            wait_until(60, f"{engine.name} is not ready", engine.ready)
        # The enforcing rules run dry until their arming period of 1 s is over.
        time.sleep(2)
        self.producer = Producer(arguments.brokers, list(self.partitions), self.growing, arguments.work, arguments.rate,
                                 arguments.seed)
        self.recover("the start")
        self.say(f"{len(self.engines)} engines are at work on {sum(self.partitions.values())} partitions")
        end = time.monotonic() + arguments.seconds
        deck = self.first_deck()
        if not deck:
            raise Failed(f"no fault has '{arguments.only}' in its name")
        while time.monotonic() < end:
            if not deck:
                deck = self.full_deck()
            self.play(*deck.pop())
        self.drain()

    def play(self, name, fault):
        self.say(name)
        if fault() is False:
            self.counts["faults that met no request"] += 1
            return
        self.faults[name] += 1
        # Now and then the next one comes before the recovery from this one.
        if self.dice.random() < 0.8:
            self.recover(name)
            time.sleep(self.dice.uniform(0.1, 0.8))

    def recover(self, name):
        begin = time.monotonic()
        wait_until(RECOVERY_S, f"no recovery from: {name}", self.is_well)
        self.recoveries.append((round(time.monotonic() - begin, 1), name))

    def is_well(self):
        """All engines are ready, each partition is worked on by one of them, and the backlog is gone."""
        lags = {}
        for engine in self.engines:
            engine.check_alive()
            if not engine.ready():
                return False
            mine = self.of_inputs(engine.lags())
            if lags.keys() & mine.keys():
                return False
            lags.update(mine)
        return len(lags) == sum(self.partitions.values()) and sum(lags.values()) < self.arguments.rate * BEHIND_S

    def of_inputs(self, lags):
        return {place: lag for place, lag in lags.items() if place[0] in self.partitions}

    def drain(self):
        self.proxy.ask("disarm")
        self.proxy.ask("delay", ms=0)
        self.say("the faults are over")
        self.recover("the last faults")
        self.producer.finish(list(self.partitions.values()), AHEAD_S if self.short else 0)
        with open(f"{self.arguments.work}/events.ndjson", "rb") as file:
            produced = sum(1 for _ in file)
        wait_until(DRAIN_S, "the audit does not cover all events",
                   lambda: covered(self.arguments.brokers) >= produced, pause=0.5)
        self.say(f"all {produced} events are covered")
        self.await_windows()
        for engine in self.engines:
            engine.stop()

    def await_windows(self):
        """What fires when a time is over does so in silence, too. Whether it is right, others judge."""
        with open(f"{self.arguments.work}/expected.ndjson", encoding="utf-8") as file:
            expected = [json.loads(line) for line in file]
        least = sum(one["fires"] + (one["joined"] > 0) for one in expected)
        wait_until(SILENCE_S, f"not all of {least} alerts of windows have come",
                   lambda: window_alerts(self.arguments.brokers) >= least, pause=0.5)
        self.say("all windows have fired")

    def close(self):
        for engine in self.engines:
            if engine.process is not None and engine.process.poll() is None:
                engine.kill()
        for other in (self.producer, self.proxy):
            if other is not None:
                other.end()

    # ---- the schedule

    def cards(self):
        cards = {f"kill -9 of an engine, {when} {api}": (lambda api=api, when=when: self.kill_at(api, when))
                 for api, when in POINTS}
        cards |= {f"the answer to {api} is lost": (lambda api=api: self.cut_at(api, "after"))
                  for api in ("Produce", "AddPartitionsToTxn", "TxnOffsetCommit", "EndTxn")}
        cards |= {
            "kill -9 of an engine": self.kill,
            "kill -9 of an engine, its EndTxn arrives late": self.kill_with_late_commit,
            "EndTxn arrives late, on a connection that is cut": lambda: self.late("EndTxn"),
            "EndTxn arrives late, after two cuts before": lambda: self.late("EndTxn", cuts=2),
            "TxnOffsetCommit arrives late, on a connection that is cut": lambda: self.late("TxnOffsetCommit"),
            "EndTxn is held": self.hold,
            "the request EndTxn is lost": lambda: self.cut_at("EndTxn", "before"),
            "a zombie: SIGSTOP at EndTxn past the session": lambda: self.zombie("EndTxn"),
            "a zombie: SIGSTOP at TxnOffsetCommit past the session": lambda: self.zombie("TxnOffsetCommit"),
            "a storm of rebalances": self.storm,
            "all connections are cut": lambda: self.proxy.ask("cut"),
            "all requests are slow": self.slow,
            "nothing passes": self.freeze,
            "kill -9 of a broker": lambda: self.bounce(kill=True),
            "restart of a broker": lambda: self.bounce(kill=False),
            "partitions are added": self.add_partitions,
        }
        if self.arguments.disk:
            cards |= {
                "the disk is full for a while": lambda: self.fail_disk("full"),
                "the disk takes nothing for a while": lambda: self.fail_disk("broken"),
                "kill -9 of an engine whose disk is full": lambda: self.restart_on("full"),
                "kill -9 of an engine whose disk loses what is synced": lambda: self.restart_on("sync"),
            }
        if len(self.brokers.nodes) > 1:
            cards["SIGSTOP of a broker"] = self.pause_broker
        return cards

    def full_deck(self):
        deck = [card for card in self.cards().items() if self.arguments.only in card[0]]
        # What Kafka's transactions are for comes more often.
        deck += [card for card in deck if card[0].startswith(("kill -9 of an engine", "a zombie"))]
        self.dice.shuffle(deck)
        return deck

    def first_deck(self):
        """What a short run must not leave out comes first, in this order (a deck is played from its end)."""
        first = ("a zombie: SIGSTOP at EndTxn past the session", "the disk is full for a while", "kill -9 of a broker",
                 "kill -9 of an engine, its EndTxn arrives late", "EndTxn arrives late, on a connection that is cut",
                 "partitions are added")
        deck = dict(self.full_deck())
        return sorted(deck.items(), key=lambda card: -first.index(card[0]) if card[0] in first else -len(first))

    # ---- the faults. False: the request that it waits for did not come

    def worker(self):
        """An engine that has partitions."""
        having = [engine for engine in self.engines if engine.process.poll() is None and engine.lags()]
        return self.dice.choice(having or self.engines)

    def strike(self, **rule):
        """Whether a request met the rule."""
        number = self.proxy.arm(**rule)
        deadline = time.monotonic() + FIRE_S
        while not self.proxy.has_fired(number):
            if time.monotonic() > deadline:
                self.proxy.ask("disarm")
                return self.proxy.has_fired(number)
            time.sleep(0.02)
        return True

    def restart(self, engine):
        """One that was killed; now and then another one goes with it."""
        engine.await_killed()
        dead = [engine]
        if self.dice.random() < 0.4:
            dead.append(self.dice.choice([other for other in self.engines if other is not engine]))
            dead[-1].kill()
        self.counts["kills of engines"] += len(dead)
        time.sleep(self.dice.choice((0, 0, 1, SESSION_S + 1)))
        for one in dead:
            one.start()

    def kill(self):
        self.kill_this(self.worker())

    def kill_this(self, engine):
        engine.kill()
        self.restart(engine)

    def kill_at(self, api, when):
        engine = self.worker()
        if not self.strike(api=api, when=when, client=engine.name, signal="KILL", pid=engine.pid, cut=True):
            return False
        self.restart(engine)
        return True

    def kill_with_late_commit(self):
        engine = self.worker()
        if not self.strike(api="EndTxn", when="before", client=engine.name, signal="KILL", pid=engine.pid,
                           hold_ms=self.dice.randrange(200, 8000)):
            return False
        self.restart(engine)
        return True

    def cut_at(self, api, when):
        return self.strike(api=api, when=when, client=self.worker().name, cut=True)

    def late(self, api, cuts=0):
        """The client connects anew and asks again, and goes on to its next transaction, which is slow: there the late
        request arrives. The client library tells of a third cut in 30 s no more."""
        engine = self.worker()
        for _ in range(cuts):
            self.proxy.ask("cut", client=engine.name)
            time.sleep(2.5)
        self.proxy.ask("delay", ms=40)
        met = self.strike(api=api, when="before", client=engine.name, cut=True, hold_ms=self.dice.randrange(200, 1200))
        time.sleep(1.5)
        self.proxy.ask("delay", ms=0)
        return met

    def hold(self):
        return self.strike(api="EndTxn", when="before", client=self.worker().name,
                           hold_ms=self.dice.randrange(500, 6000))

    def zombie(self, api):
        """Its request goes to the broker when others have its partitions, shortly before it wakes up or after that."""
        engine = self.worker()
        if not self.strike(api=api, when="before", client=engine.name, signal="STOP", pid=engine.pid,
                           hold_ms=1000 * (SESSION_S + TAKEOVER_S)):
            return False
        wait_until(TAKEOVER_S, f"nobody takes over from the stopped {engine.name}", lambda: self.is_taken_over(engine))
        for step in self.dice.choice(((self.release, engine.wake), (engine.wake, self.release))):
            step()
            time.sleep(self.dice.uniform(0, 0.3))
        self.counts["stops past the session"] += 1
        return True

    def is_taken_over(self, stopped):
        mine = [self.of_inputs(engine.lags()) for engine in self.engines if engine is not stopped]
        return sum(map(len, mine)) == sum(self.partitions.values())

    def release(self):
        self.proxy.ask("release")

    def storm(self):
        """Guests join, and leave or die, soon after."""
        for _ in range(self.dice.randrange(3, 6)):
            self.guests += 1
            guest = Engine(f"guest{self.guests}", None, self.arguments.command, self.arguments.work)
            guest.start()
            time.sleep(self.dice.uniform(0.8, 2.5))
            if self.dice.random() < 0.5:
                guest.kill()
                self.counts["kills of engines"] += 1
            else:
                guest.stop()
            self.counts["guests of the group"] += 1

    def slow(self):
        self.proxy.ask("delay", ms=self.dice.randrange(50, 300))
        time.sleep(self.dice.uniform(2, 5))
        self.proxy.ask("delay", ms=0)

    def freeze(self):
        seconds = self.dice.uniform(1, SESSION_S + 3)
        self.proxy.ask("freeze", ms=int(seconds * 1000))
        time.sleep(seconds)

    def bounce(self, kill):
        node = self.dice.choice(self.brokers.nodes)
        if len(self.brokers.nodes) == 1:
            # A transaction whose end is decided but not yet written everywhere does not survive the restart of the only
            # node (docs/reliability.md): open ones may be there, their ends have a second's time.
            self.proxy.ask("freeze", ms=1500)
            time.sleep(1)
        self.brokers.stop(node, kill)
        time.sleep(self.dice.uniform(0, 3))
        self.brokers.start(node)
        self.counts["kills of brokers" if kill else "restarts of brokers"] += 1

    def fail_disk(self, how):
        """Work goes on; when the disk is good again the stores follow by themselves, and are of use after a kill -9."""
        self.recover("the fault before")
        engine = self.worker()
        before, since = engine.store_failures(), engine.log_end()
        engine.fail_disk(how)
        wait_until(FIRE_S, f"{engine.name} does not say that its disk fails", lambda: engine.store_failures() > before)
        self.recover(f"a disk that fails: {how}")
        engine.mend_disk()
        wait_until(RECOVERY_S, f"the stores of {engine.name} do not follow again",
                   lambda: engine.stores_follow(since))
        self.kill_this(engine)
        self.counts["disks that failed"] += 1

    def restart_on(self, how):
        """It goes on without its stores, and after another kill -9 with them again."""
        engine = self.worker()
        engine.fail_disk(how)
        self.kill_this(engine)
        self.recover(f"a start with a disk that is of no use: {how}")
        engine.mend_disk()
        self.kill_this(engine)
        self.counts["disks that failed"] += 1

    def pause_broker(self):
        node = self.dice.choice(self.brokers.nodes)
        self.brokers.send(node, signal.SIGSTOP)
        time.sleep(self.dice.uniform(3, 15))
        self.brokers.send(node, signal.SIGCONT)

    def add_partitions(self):
        if self.added == PARTITIONS_ADDED_MAX:
            return False
        self.added += 1
        self.partitions[self.growing] += 1
        self.brokers.set_partitions(self.growing, self.partitions[self.growing])
        return True

    # ---- the report

    def report(self, failure):
        longest = max(self.recoveries, default=(0, ""))
        committed, aborted = self.brokers.ended_transactions()
        return {"seed": self.arguments.seed, "nodes": self.arguments.nodes, "engines": len(self.engines),
                "seconds": round(time.monotonic() - self.began), "failure": failure, "faults": dict(self.faults),
                "transactions": {"committed": committed, "aborted": aborted},
                "counts": {**self.counts, **self.counters(), **log_counts(self.arguments.work)},
                "proxy": self.proxy_report(), "longest_recovery": {"seconds": longest[0], "fault": longest[1]},
                "recoveries": [{"seconds": seconds, "fault": name} for seconds, name in self.recoveries]}

    def counters(self):
        sums = collections.Counter()
        for engine in self.engines:
            for (_, name), value in engine.counters.items():
                sums[name] += value
        return sums

    def proxy_report(self):
        try:
            report = self.proxy.ask("report")
        except (Failed, AttributeError, OSError):
            return {}
        report.pop("fired")
        return report


def stop_here(number, _):
    raise SystemExit(128 + number)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("seed", "seconds", "nodes", "engines", "port", "http-port", "rate"):
        parser.add_argument(f"--{name}", type=int, required=True)
    for name in ("brokers", "broker-folder", "kafka-sh", "work", "report"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--disk", action="store_true", help="the engines' disks can be made fail")
    parser.add_argument("--only", default="", help="only faults with this text in their name")
    parser.add_argument("--topics", nargs="+", required=True, metavar="TOPIC:PARTITIONS",
                        help="the inputs; the first or the last gets more partitions")
    parser.add_argument("--proxy", nargs="+", required=True, metavar="LISTEN:TARGET")
    parser.add_argument("command", nargs="+", help="how an engine is started; @NAME@ and @LISTEN@ are replaced")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, stop_here)
    torture = Torture(arguments)
    failure = None
    try:
        torture.run()
    except Failed as problem:
        failure = str(problem)
        print(f"FAILED: {failure}", file=sys.stderr)
    finally:
        report = torture.report(failure)
        torture.close()
        with open(arguments.report, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    sys.exit(1 if failure else 0)


if __name__ == "__main__":
    main()
