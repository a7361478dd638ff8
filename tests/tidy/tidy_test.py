#!/usr/bin/env python3
"""The house rules that neither the compiler nor clang-tidy checks: include order of the layers, third-party headers in one
folder, one test per source file, no file too long, no file outside the build. Usage: tidy_test.py PROJECT_ROOT"""

import os
import re
import subprocess
import sys

# Folder -> what it may include besides itself. A folder covers those below it unless they are named themselves.
# The text of the rule is docs/architecture.md, "Layers".
RULES_INNER = {
    "rules/text": [],
    "rules/schema": ["rules/text"],
    "rules/query": ["rules/text", "rules/schema"],
    "rules/qql": ["rules/text", "rules/schema", "rules/query"],
    "rules/sigma": ["rules/text", "rules/schema", "rules/query"],
    "rules/rule": ["rules/text", "rules/schema", "rules/query", "rules/qql", "rules/sigma"],
    "rules/protection": [],
    "rules/lint": ["rules/text", "rules/schema", "rules/query", "rules/rule", "rules/protection"],
    "rules/profiles": [],
    "rules/library": [],
}
LAYERS = {
    "base": [],
    **{folder: ["base", *inner] for folder, inner in RULES_INNER.items()},
    "engine/event": ["base", "rules"],
    "engine/match": ["base", "rules", "engine/event"],
    "engine/trigger": ["base", "rules", "engine/event"],
    "engine/state": ["base"],
    "engine/remediate": ["base", "rules", "engine/event"],
    "engine/guard": ["base", "rules", "engine/event", "engine/trigger", "engine/remediate", "engine/pipeline/ports.h"],
    "engine/pipeline": ["base", "rules", "engine/event", "engine/match", "engine/trigger", "engine/state",
                        "engine/remediate", "engine/guard"],
    "connectors/kafka": ["base", "engine/pipeline/ports.h", "engine/state/changelog.h"],
    "connectors/file": ["base", "engine/pipeline/ports.h"],
    "connectors/memory": ["base", "engine/pipeline/ports.h"],
    "app": ["base", "rules", "engine", "connectors"],
    "benchmarks": ["base", "rules", "engine", "connectors", "tests/support"],
    "tests": ["base", "rules", "engine", "connectors", "app", "benchmarks"],
}

# Third-party headers: pattern -> the only places that may include it. fmt, Boost's containers and xxHash are exempt.
THIRD_PARTY = [
    (r"^(fmt/|boost/(unordered|container)/|xxhash\.h)", None),
    (r"^(gtest|gmock|rapidcheck)", ["tests"]),
    (r"^benchmark/", ["benchmarks"]),
    (r"^libfyaml", ["base/yaml"]),
    (r"^re2/", ["base/regex"]),
    (r"^boost/json", ["base/json"]),
    (r"^(boost/(beast|asio))", ["base/http"]),
    (r"^prometheus/", ["base/metrics"]),
    (r"^spdlog/", ["base/log"]),
    (r"^openssl/", ["base/digest"]),
    (r"^date/", ["base/time_zone", "tests/base/time_zone"]),
    (r"^simdjson", ["engine/event", "benchmarks", "tests/engine/event"]),
    (r"^hs/", ["engine/match/literal_scan"]),
    (r"^rocksdb/", ["engine/state/rocks_store"]),
    (r"^librdkafka/", ["connectors/kafka", "tests/connectors/kafka", "benchmarks"]),
    (r"^(zlib\.h|zstd\.h)", ["connectors/file", "tests/connectors/file", "tests/support"]),
    (r"^CLI/", ["app/cli", "app/main.cc"]),
]
SYSTEM = re.compile(r"^([a-z_0-9]+|(sys|linux|netinet|arpa)/[a-z_0-9]+\.h|[a-z_0-9]+\.h|c[a-z]+)$")
LINES_MAX = 600
# Generated tables, and lists whose length is their content.
LONG_FILES = re.compile(r"(unicode_tables|word_break_cases)")
# Sources without a test file of their own, each with the reason.
NO_OWN_TEST = {
    "app/main.cc": "runs in every test of tests/app",
    "base/check.cc": "tests/base/result_test.cc",
    "base/unicode_tables.cc": "tests/base/unicode_test.cc compares all of it with the Unicode Character Database",
}
NO_OWN_TEST_FOLDERS = {
    "app/cli": "each verb is tested through the built binary in tests/app",
    "benchmarks": "run by ./dev bench",
    "tests": "is the tests",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def folder_rule(path, table):
    """The entry of `table` that covers `path`: the longest folder that is a prefix of it."""
    best = None
    for folder in table:
        if (path == folder or path.startswith(folder + "/")) and (best is None or len(folder) > len(best)):
            best = folder
    return best


def within(path, places):
    return any(path == place or path.startswith(place + "/") or path.startswith(place + ".") or path.startswith(place + "_")
               for place in places)


def check_include(path, bracket, name, problems):
    if bracket == '"':
        mine = folder_rule(path, LAYERS)
        if mine is None:
            problems.append(f"{path}: stands in no layer (tests/tidy/tidy_test.py, LAYERS)")
        elif not within(name, [mine, *LAYERS[mine]]):
            problems.append(f"{path}: {mine} may not include {name}")
        return
    for pattern, places in THIRD_PARTY:
        if re.match(pattern, name):
            if places is not None and not within(path, places):
                problems.append(f"{path}: <{name}> may be included by {', '.join(places)} only")
            return
    if not SYSTEM.match(name):
        problems.append(f"{path}: <{name}> is no header that this project uses (tests/tidy/tidy_test.py, THIRD_PARTY)")


def check_file(path, text, problems):
    for match in INCLUDE.finditer(text):
        check_include(path, match[1], match[2], problems)
    lines = text.count("\n")
    if lines > LINES_MAX and not LONG_FILES.search(path):
        problems.append(f"{path}: {lines} lines, at most {LINES_MAX}")
    for word in re.findall(r"\b(TODO|FIXME|XXX|HACK)\b", text):
        problems.append(f"{path}: {word}: an open end needs an owner outside the code")
    if path.endswith(".h") and "#pragma once" not in text:
        problems.append(f"{path}: no #pragma once")
    if path.endswith(".cc") and not path.startswith("tests/") and re.search(r"\bstd::(cout|cerr)\b", text):
        problems.append(f"{path}: prints by std::cout or std::cerr; results go through app/cli, logs through base/log")


def check_tests(sources, problems):
    present = set(sources)
    for path in sources:
        if not path.endswith(".cc") or path in NO_OWN_TEST or folder_rule(path, NO_OWN_TEST_FOLDERS):
            continue
        if re.search(r"_(tables|cases)\.cc$", path):
            continue
        test = "tests/" + path[:-len(".cc")] + "_test.cc"
        if test not in present:
            problems.append(f"{path}: has no test {test}")


def check_build(root, sources, problems):
    """Every source is named in a CMakeLists.txt between it and the root: nothing lies around unbuilt."""
    for path in sources:
        if not path.endswith(".cc"):
            continue
        folder = os.path.dirname(path)
        while True:
            lists = os.path.join(root, folder, "CMakeLists.txt")
            if os.path.exists(lists):
                with open(lists, encoding="utf-8") as file:
                    text = file.read()
                name = os.path.relpath(path, folder)
                if re.search(r"(^|[\s(/\"])" + re.escape(name) + r"($|[\s)\"])", text, re.M):
                    break
                # `riposte_fuzz(NAME qql ...)` names its source by its target.
                if path.endswith("_fuzz.cc") and os.path.basename(path)[:-len("_fuzz.cc")] in text:
                    break
            if not folder:
                problems.append(f"{path}: is in no CMakeLists.txt")
                break
            folder = os.path.dirname(folder)


def check_tree(root, sources):
    problems = []
    for path in sources:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            check_file(path, file.read(), problems)
    check_tests(sources, problems)
    check_build(root, sources, problems)
    return problems


def self_test():
    """Each rule finds a planted violation: a check that cannot fail proves nothing."""
    planted = [
        ("rules/qql/a.cc", '#include "engine/event/event.h"\n', "may not include"),
        ("rules/text/a.cc", '#include "rules/query/expression.h"\n', "may not include"),
        ("connectors/file/a.cc", '#include "engine/pipeline/task.h"\n', "may not include"),
        ("engine/match/a.cc", "#include <librdkafka/rdkafka.h>\n", "may be included by"),
        ("engine/match/a.cc", "#include <hs/hs.h>\n", "may be included by"),
        ("base/time.cc", "#include <re2/re2.h>\n", "may be included by"),
        ("base/time.cc", "#include <absl/strings/string_view.h>\n", "no header that this project uses"),
        ("base/time.cc", "\n" * (LINES_MAX + 1), "lines, at most"),
        ("base/time.cc", "// TO" + "DO later\n", "an open end"),
        ("base/time.h", "int x;\n", "no #pragma once"),
        ("unknown/a.cc", '#include "base/time.h"\n', "stands in no layer"),
    ]
    for path, text, expected in planted:
        problems = []
        check_file(path, text, problems)
        assert any(expected in problem for problem in problems), f"not found: {expected} in {path}"
    fine = []
    check_file("engine/match/a.cc", '#include <vector>\n#include <fmt/format.h>\n#include "engine/event/event.h"\n', fine)
    assert not fine, fine
    problems = []
    check_tests(["base/time.cc"], problems)
    assert problems, "a source without a test was not found"
    return len(planted) + 2


def main():
    root = sys.argv[1]
    listed = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "*.cc", "*.h"],
                            capture_output=True, text=True)
    if listed.returncode == 0:
        sources = [line for line in listed.stdout.splitlines() if os.path.exists(os.path.join(root, line))]
    else:  # a source archive without git
        sources = [os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root)
                   for name in names if name.endswith((".cc", ".h")) and "/build/" not in folder]
    checks = self_test()
    problems = check_tree(root, sources)
    for problem in sorted(set(problems)):
        print(problem)
    print(f"tidy: {len(sources)} files, {checks} self-tests, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
