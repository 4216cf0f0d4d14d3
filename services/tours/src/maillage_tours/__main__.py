"""`python -m maillage_tours serve|migrate|check-config`."""

import sys

from maillage_serving.service import run
from maillage_tours.wiring import service

sys.exit(run(service()))
