"""`python -m maillage_registry serve|migrate|check-config`."""

import sys

from maillage_common.service import run
from maillage_registry.wiring import service

sys.exit(run(service()))
