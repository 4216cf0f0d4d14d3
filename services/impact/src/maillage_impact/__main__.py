"""`python -m maillage_impact serve|migrate|check-config`."""

import sys

from maillage_common.service import run
from maillage_impact.wiring import service

if __name__ == "__main__":
    sys.exit(run(service()))
