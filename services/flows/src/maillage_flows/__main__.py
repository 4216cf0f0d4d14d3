"""`python -m maillage_flows serve|migrate|check-config`."""

import sys

from maillage_common.service import run
from maillage_flows.wiring import service

sys.exit(run(service()))
