"""`python -m maillage_impact serve|migrate|check-config|conformance ...`."""

import sys

from maillage_impact.entrypoints.conformance import conformance, parse
from maillage_impact.wiring import judge, service
from maillage_serving.service import run

if __name__ == "__main__":
    if sys.argv[1:2] == ["conformance"]:
        sys.exit(conformance(parse(sys.argv[2:]), judge))
    sys.exit(run(service()))
