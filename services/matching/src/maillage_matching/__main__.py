"""`python -m maillage_matching serve|migrate|check-config`."""

import sys

from maillage_common.service import run
from maillage_matching.wiring import service

sys.exit(run(service()))
