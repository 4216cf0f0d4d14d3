"""`python -m maillage_flows serve|migrate|check-config`."""

import sys

from maillage_flows.wiring import service
from maillage_serving.commands import run

sys.exit(run(service()))
