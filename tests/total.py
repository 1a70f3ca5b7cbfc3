# Adds up JUnit reports into the closing line of ./check; no test at all is a failure.
import pathlib
import sys
import xml.etree.ElementTree as xml

passed = failed = 0
for report in filter(pathlib.Path.is_file, map(pathlib.Path, sys.argv[1:])):
    for suite in xml.parse(report).getroot().iter("testsuite"):
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        idle = int(suite.get("skipped", 0)) + int(suite.get("disabled", 0))
        passed += max(0, int(suite.get("tests")) - bad - idle)
        failed += bad
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or passed == 0 and "No test passed: a run without tests is a failure.")
