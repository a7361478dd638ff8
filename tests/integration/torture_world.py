"""What torture.py does its faults to: the proxy, the brokers, the engines and the producer, each a process."""

import glob
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

import markers
import scenario

FOLDER = os.path.dirname(os.path.abspath(__file__))


# What the report has of the engines' metrics.
COUNTERS = {"transactions aborted, as the engines tell": 'riposte_transactions_total{outcome="aborted"}',
            "of them with the next batch open": "riposte_open_batches_undone_total"}


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

    def ended_transactions(self):
        """(committed, aborted), at least; in the log of the first node."""
        folder = self.folder if len(self.nodes) == 1 else f"{self.folder}/node1"
        return markers.ended_transactions(folder, ("riposte.audit", "riposte.alerts", "riposte.shuffle"))

    def set_partitions(self, topic, count):
        self.run("partitions", self.folder, topic, str(count))


class Engine:
    """One `riposte run`. In its command @NAME@ and @LISTEN@ stand for what differs."""

    def __init__(self, name, port, command, folder):
        self.name, self.port, self.folder = name, port, folder
        listen = f"127.0.0.1:{port}" if port else ""
        self.command = [word.replace("@NAME@", name).replace("@LISTEN@", listen) for word in command]
        self.process = None
        self.counters = {}  # (process, key of COUNTERS) -> its value

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

    def fail_disk(self, how):
        """`how`: a word that failing_disk.cc knows."""
        with open(f"{self.folder}/{self.name}.fault", "w", encoding="utf-8") as file:
            file.write(how)

    def mend_disk(self):
        os.unlink(f"{self.folder}/{self.name}.fault")

    def store_failures(self):
        found = re.search(r"^riposte_state_store_failures_total (\S+)$", self.get("/metrics") or "", re.M)
        return float(found[1]) if found else 0

    def log_end(self):
        return os.path.getsize(f"{self.folder}/{self.name}.log")

    def stores_follow(self, since):
        """Whether each store that fell behind follows again: of each task the last word since that place in the log. A
        task that was taken over there may have found no disk: it follows from its next start on."""
        words = {}
        with open(f"{self.folder}/{self.name}.log", "rb") as file:
            file.seek(since)
            for text in file.read().decode("utf-8", "replace").split("\n")[:-1]:
                if '"code":"store-' in text or '"code":"windows-start"' in text:
                    line = json.loads(text)
                    words.setdefault(line["task"], []).append(line["code"])
        return all(said[-1] != "store-lags" or "windows-start" in said for said in words.values())

    def note_counters(self, text):
        """As last seen, of each process: what is killed takes them with it."""
        for name, series in COUNTERS.items():
            found = re.search(f"^{re.escape(series)} (\\S+)$", text, re.M)
            if found:
                self.counters[(self.pid, name)] = int(float(found[1]))

    def lags(self):
        """(topic, partition) -> how far it is behind, of those worked on here."""
        text = self.get("/metrics") or ""
        self.note_counters(text)
        found = re.findall(r'^riposte_kafka_consumer_lag_messages\{(.*?)\} (\S+)$', text, re.M)
        labels = [(dict(re.findall(r'(\w+)="(.*?)"', inside)), float(lag)) for inside, lag in found]
        return {(label["topic"], int(label["partition"])): lag for label, lag in labels}


class Producer:
    """torture_feed.py: writes straight to the brokers, idempotent, each event once, whatever they go through."""

    def __init__(self, brokers, topics, growing, folder, rate, seed):
        self.until = f"{folder}/enough"
        with open(f"{folder}/producer.log", "wb") as log:
            self.feed = subprocess.Popen(
                [sys.executable, f"{FOLDER}/torture_feed.py", "--brokers", brokers, "--folder", folder, "--rate",
                 str(rate), "--seed", str(seed), "--until", self.until, "--growing", growing, *topics],
                stderr=log, start_new_session=True)

    def finish(self, partitions, ahead_s):
        """Returns when all that was made is in the topics."""
        with open(f"{self.until}.part", "w", encoding="utf-8") as file:
            json.dump({"partitions": partitions, "ahead_s": ahead_s}, file)
        os.rename(f"{self.until}.part", self.until)
        wait_until(60, "the feed does not come to its end, see producer.log", lambda: self.feed.poll() is not None)
        if self.feed.returncode != 0:
            raise Failed("not all events could be produced, see producer.log")

    def end(self):
        """With its kcats."""
        try:
            os.killpg(self.feed.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.feed.wait()


def committed(brokers, topic):
    """The lines of a topic."""
    text = subprocess.run(["kcat", "-C", "-b", brokers, "-t", topic, "-o", "beginning", "-e", "-q", "-X",
                           "isolation.level=read_committed"], capture_output=True, text=True, timeout=60, check=False)
    return text.stdout.splitlines()


def covered(brokers):
    """How many input records the committed audit covers."""
    return sum(record["consumed"] for record in scenario.counts_records(committed(brokers, "riposte.audit")))


def window_alerts(brokers):
    """How many firings of windows there are, whatever their parts, and summaries."""
    alerts = (json.loads(line) for line in committed(brokers, "riposte.alerts"))
    return len({(alert["firing_id"], alert.get("kind")) for alert in alerts if "trigger" in alert})


def log_counts(folder):
    """What the engines' logs tell: a key of COUNTED -> how often."""
    counted = {
        "tasks fenced": lambda line: line["code"] == "task-stopped" and line.get("reason") == "fenced",
        "tasks stopped otherwise": lambda line: line["code"] == "task-stopped" and line.get("reason") != "fenced",
        "assignments lost": lambda line: line["code"] == "partitions-lost",
        "transactions uncertain": lambda line: line["code"] == "transaction-uncertain",
        "settled as committed": lambda line: line["code"] == "transaction-settled" and "was committed" in line["msg"],
        "settled as aborted": lambda line: line["code"] == "transaction-settled" and "was aborted" in line["msg"],
        "client calls that hung": lambda line: line["code"] == "kafka-client-hangs",
        "assignments that failed": lambda line: line["code"] == "assignment-failed",
    }
    counts = dict.fromkeys(counted, 0)
    for path in glob.glob(f"{folder}/*[0-9].log"):
        with open(path, encoding="utf-8", errors="replace") as file:
            for text in file:
                try:
                    line = {"code": "", "msg": "", **json.loads(text)}
                except ValueError:
                    continue  # cut off by a kill
                for name, fits in counted.items():
                    counts[name] += fits(line)
    return counts

