"""`python -m maillage_matching serve|migrate|check-config`."""

import sys

from maillage_matching.wiring import service
from maillage_serving.service import run

sys.exit(run(service()))
