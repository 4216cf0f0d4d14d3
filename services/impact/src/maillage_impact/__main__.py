"""`python -m maillage_impact serve|migrate|check-config`."""

import sys

from maillage_impact.wiring import service
from maillage_serving.service import run

if __name__ == "__main__":
    sys.exit(run(service()))
