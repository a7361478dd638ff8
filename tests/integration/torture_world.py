"""What torture.py does its faults to: the proxy, the brokers, the engines and the producer, each a process."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import scenario

FOLDER = os.path.dirname(os.path.abspath(__file__))


class Failed(Exception):
    """The run has shown something that must not be."""


def wait_until(seconds, what, condition, pause=0.1):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"after {seconds:.0f} s: {what}")
        time.sleep(pause)


class Proxy:
    """fault_proxy.py, and the commands that it understands."""

    def __init__(self, pairs, seed):
        self.process = subprocess.Popen([sys.executable, f"{FOLDER}/fault_proxy.py", "--seed", str(seed), *pairs],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": "it has ended"}
        if "error" in answer:
            raise Failed(f"the proxy: {answer['error']}")
        return answer

    def ask(self, do, **fields):
        self.process.stdin.write(json.dumps({"do": do, **fields}) + "\n")
        return self.answer()

    def arm(self, **rule):
        return self.ask("arm", **rule)["rule"]

    def has_fired(self, number):
        return any(rule["rule"] == number for rule in self.ask("report")["fired"])

    def end(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()


class Brokers:
    """The one node, or three, that kafka.sh has started."""

    def __init__(self, script, folder, port, nodes):
        self.script, self.folder, self.port = script, folder, port
        self.nodes = list(range(1, nodes + 1))

    def run(self, *words):
        done = subprocess.run([self.script, *words], capture_output=True, text=True, timeout=150, check=False)
        if done.returncode != 0:
            raise Failed(f"kafka.sh {' '.join(words)}: {done.stderr.strip()}")

    def stop(self, node, kill):
        self.run("stop", self.folder, "--node", str(node), *(["--kill"] if kill else []))

    def start(self, node):
        self.run("start", self.folder, str(self.port), "--node", str(node))

    def send(self, node, number):
        folder = self.folder if len(self.nodes) == 1 else f"{self.folder}/node{node}"
        with open(f"{folder}/pid", encoding="utf-8") as file:
            os.kill(int(file.read()), number)

    def set_partitions(self, topic, count):
        self.run("partitions", self.folder, topic, str(count))


class Engine:
    """One `riposte run`. In its command @NAME@ and @LISTEN@ stand for what differs."""

    def __init__(self, name, port, command, folder):
        self.name, self.port, self.folder = name, port, folder
        listen = f"127.0.0.1:{port}" if port else ""
        self.command = [word.replace("@NAME@", name).replace("@LISTEN@", listen) for word in command]
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        with open(f"{self.folder}/{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def await_killed(self):
        wait_until(10, f"{self.name} was killed and has not ended", lambda: self.process.poll() is not None)

    def wake(self):
        """After SIGSTOP."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self, seconds=10):
        """SIGTERM, and an orderly end within that time."""
        self.process.terminate()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} does not end within {seconds} s of SIGTERM") from None
        if code != 0:
            raise Failed(f"{self.name} ended with exit code {code} after SIGTERM")

    def check_alive(self):
        code = self.process.poll()
        if code is not None:
            raise Failed(f"{self.name} has ended by itself with exit code {code}")

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):
            return None

    def ready(self):
        return self.get("/readyz") is not None

    def lags(self):
        """Partition -> how far it is behind, of those worked on here."""
        text = self.get("/metrics") or ""
        found = re.findall(r'^riposte_kafka_consumer_lag_messages\{.*?partition="(\d+)".*?\} (\S+)$', text, re.M)
        return {int(partition): float(lag) for partition, lag in found}


class Producer:
    """Writes numbered events, evenly, straight to the brokers: idempotent, each once, whatever they go through."""

    def __init__(self, brokers, topic, folder, rate, seed):
        self.until = f"{folder}/enough"
        self.feed = subprocess.Popen(
            [sys.executable, f"{FOLDER}/scenario.py", "feed", f"{folder}/events.ndjson", "--rate", str(rate), "--seed",
             str(seed), "--until", self.until], stdout=subprocess.PIPE)
        with open(f"{folder}/producer.log", "wb") as log:
            self.kcat = subprocess.Popen(
                ["kcat", "-P", "-E", "-b", brokers, "-t", topic, "-K", "\x01", "-z", "lz4", "-X", "linger.ms=20", "-X",
                 "enable.idempotence=true", "-X", "topic.metadata.refresh.interval.ms=3000"],
                stdin=self.feed.stdout, stderr=log)
        self.feed.stdout.close()

    def finish(self):
        """Returns when all that was made is in the topic."""
        with open(self.until, "wb"):
            pass
        for process in (self.feed, self.kcat):
            wait_until(60, "kcat does not come to its end, see producer.log", lambda: process.poll() is not None)
            if process.returncode != 0:
                raise Failed("kcat could not produce all events, see producer.log")

    def end(self):
        for process in (self.feed, self.kcat):
            process.kill()
            process.wait()


def covered(brokers):
    """How many input records the committed audit covers."""
    text = subprocess.run(["kcat", "-C", "-b", brokers, "-t", "riposte.audit", "-o", "beginning", "-e", "-q", "-X",
                           "isolation.level=read_committed"], capture_output=True, text=True, timeout=60, check=False)
    return sum(record["consumed"] for record in scenario.counts_records(text.stdout.splitlines()))


def log_counts(paths):
    """What the engines' logs tell: a key of COUNTED -> how often."""
    counted = {
        "tasks fenced": lambda line: line["code"] == "task-stopped" and line.get("reason") == "fenced",
        "tasks stopped for other reasons": lambda line: line["code"] == "task-stopped" and line.get("reason") != "fenced",
        "assignments lost": lambda line: line["code"] == "partitions-lost",
        "transactions undone with the next batch open": lambda line: line["code"] == "transaction-aborted" and line.get("open_behind") is True,
        "transactions uncertain": lambda line: line["code"] == "transaction-uncertain",
        "settled as committed": lambda line: line["code"] == "transaction-settled" and "was committed" in line["msg"],
        "settled as aborted": lambda line: line["code"] == "transaction-settled" and "was aborted" in line["msg"],
        "client calls that hung": lambda line: line["code"] == "kafka-client-hangs",
        "assignments that failed": lambda line: line["code"] == "assignment-failed",
    }
    counts = dict.fromkeys(counted, 0)
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as file:
            for text in file:
                try:
                    line = {"code": "", "msg": "", **json.loads(text)}
                except ValueError:
                    continue  # cut off by a kill
                for name, fits in counted.items():
                    counts[name] += fits(line)
    return counts

