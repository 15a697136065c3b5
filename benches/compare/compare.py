"""Runs aftercare and DuckDB on the same records: compare.py DIR [AFTERCARE] [RUNS].

Prints of each the best wall time, the processor time and the peak memory, and of each rule what both found; a rule on
which they differ makes the exit status 1."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time

FOLDER = sys.argv[1]
AFTERCARE = sys.argv[2] if len(sys.argv) > 2 else "target/release/aftercare"
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
REPORT = os.path.join(tempfile.mkdtemp(), "findings.json")
HERE = os.path.dirname(os.path.abspath(__file__))
COMMANDS = {
    "aftercare": [AFTERCARE, "check", "-C", FOLDER, "--as-of", "2026-02-01", "--format", "json", "--output", REPORT],
    "duckdb": [sys.executable, os.path.join(HERE, "duck.py"), FOLDER],
}


def run(command):
    """Wall seconds, processor seconds, peak memory in MiB, output."""
    read, write = os.pipe()
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=write, stderr=subprocess.DEVNULL)
    os.close(write)
    output = os.fdopen(read, "rb").read()
    _, status, used = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) > 1:
        sys.exit(f"{command[0]} failed")
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, output


best = {}
for _ in range(RUNS):
    for name, command in COMMANDS.items():
        best[name] = min(best.get(name, (float("inf"),)), run(command), key=lambda r: r[0])
print(f"{'':12}{'wall s':>8}{'cpu s':>8}{'peak MiB':>10}")
for name, (wall, cpu, memory, _) in best.items():
    print(f"{name:12}{wall:8.2f}{cpu:8.2f}{memory:10.0f}")

ours = {}
for finding in json.load(open(REPORT, encoding="utf-8"))["findings"]:
    ours[finding["rule"]] = ours.get(finding["rule"], 0) + 1
theirs = json.loads(best["duckdb"][3])
print(f"\n{'rule':50}{'aftercare':>10}{'duckdb':>10}")
for rule, count in theirs.items():
    mark = "" if ours.get(rule, 0) == count else "  differs"
    print(f"{rule:50}{ours.get(rule, 0):10}{count:10}{mark}")
print(f"\nrules compared: {len(theirs)}; findings of other rules: {sum(ours.values()) - sum(ours.get(r, 0) for r in theirs)}")
sys.exit(any(ours.get(rule, 0) != count for rule, count in theirs.items()))
