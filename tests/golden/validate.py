#!/usr/bin/env python3
"""Validates each golden example against its schema, and a few records that must not be valid.

Usage: validate.py SCHEMA_FOLDER GOLDEN_FOLDER. An example is named <schema>.<what>.json. Exits with 77 (skipped) without python3-jsonschema.
"""

import copy
import json
import pathlib
import sys
import warnings

try:
    import jsonschema
    from jsonschema import Draft202012Validator
except ImportError:
    print("skipped: needs the Python module jsonschema (package python3-jsonschema)")
    sys.exit(77)


# Debian 12's jsonschema has only RefResolver, which later releases call deprecated.
warnings.simplefilter("ignore", DeprecationWarning)


def load_validators(folder):
    """Schema name -> validator; references between the schemas are resolved from the folder."""
    schemas = {path.name.removesuffix(".schema.json"): json.loads(path.read_text())
               for path in sorted(folder.glob("*.schema.json"))}
    store = {schema["$id"]: schema for schema in schemas.values()}
    validators = {}
    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        resolver = jsonschema.RefResolver(schema["$id"], schema, store=store)
        validators[name] = Draft202012Validator(schema, resolver=resolver)
    return validators


def spoiled(record):
    """Copies of the record that no schema may accept."""
    with_unknown = copy.deepcopy(record)
    with_unknown["unknown_key"] = 1
    yield "an unknown key", with_unknown
    for key in ("id", "firing_id", "kind", "time", "reason", "state", "definition", "sha256", "run"):
        if key in record:
            other_type = copy.deepcopy(record)
            other_type[key] = 5
            yield f"a number as {key}", other_type
    if "process" in record:
        by_pid_alone = copy.deepcopy(record)
        for key in ("started_at", "started_not_after", "guid"):
            by_pid_alone["process"].pop(key, None)
        yield "a process named by its pid alone", by_pid_alone


def main():
    validators = load_validators(pathlib.Path(sys.argv[1]))
    failures, used = [], set()
    for path in sorted(pathlib.Path(sys.argv[2]).glob("*.json")):
        name = path.name.split(".")[0]
        used.add(name)
        record = json.loads(path.read_text())
        failures += [f"{path.name}: {error.json_path}: {error.message}"
                     for error in validators[name].iter_errors(record)]
        failures += [f"{path.name}: accepted with {what}"
                     for what, record in spoiled(record) if validators[name].is_valid(record)]
    failures += [f"{name}: no example" for name in validators if name not in used]
    print("\n".join(failures) or f"{len(used)} schemas, all examples valid")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
