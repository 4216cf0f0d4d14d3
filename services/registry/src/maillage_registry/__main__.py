"""`python -m maillage_registry serve|migrate|check-config`."""

import sys

from maillage_registry.wiring import service
from maillage_serving.commands import run

sys.exit(run(service()))
