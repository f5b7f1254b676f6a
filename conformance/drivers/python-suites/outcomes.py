"""A pytest plugin: writes what each test came to as a line of JSON, and what Sluice said in it."""

import json
import os
import re

seen = {}


def pytest_runtest_logreport(report):
    known = seen.setdefault(report.nodeid, {"outcome": "PASS"})
    if report.outcome == "skipped":
        known["outcome"] = "SKIP"
    if report.outcome == "failed":
        known["outcome"] = "FAIL"
        words = re.sub(r'"\w+"', "NAME", str(report.longrepr).replace('\\"', '"'))
        said = sorted(set(re.findall(r"sluice: [^\"'(\\\n]*", words)))
        if said:
            known["text"] = sorted({*known.get("text", []), *[one.strip() for one in said]})
    if report.when == "teardown":
        with open(os.environ["OUTCOMES"], "a") as file:
            print(json.dumps({"scenario": f"suite {report.nodeid}", "outcome": known}), file=file)
