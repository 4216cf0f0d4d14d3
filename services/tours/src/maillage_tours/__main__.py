"""`python -m maillage_tours serve|migrate|check-config`, or `bench` with published instances."""

import sys

from maillage_serving.commands import run
from maillage_tours.adapters.bench import command
from maillage_tours.wiring import service

if sys.argv[1:2] == ["bench"]:
    sys.exit(command.main(sys.argv[2:]))
sys.exit(run(service()))
