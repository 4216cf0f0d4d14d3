"""`python -m maillage_matching serve|migrate|...`; `evaluate` ranks, `story` explains."""

import sys

from maillage_matching.wiring import evaluation, service, story
from maillage_serving.commands import run

if sys.argv[1:2] == ["evaluate"]:
    sys.exit(evaluation(sys.argv[2:]))
if sys.argv[1:2] == ["story"]:
    sys.exit(story(sys.argv[2:]))
sys.exit(run(service()))
