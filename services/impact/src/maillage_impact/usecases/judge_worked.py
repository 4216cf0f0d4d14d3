"""Hold worked examples against our own calculations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from maillage_impact.domain.worked.reading import Node
from maillage_impact.domain.worked.running import Expectation, Verdict, run_cases


def judge_published(
    published: Mapping[str, tuple[int, Expectation]], shipped: Sequence[Node]
) -> list[Verdict]:
    """Verdicts for the rows of a reference file: each runs the shipped case of the same id.

    The row's expression is never evaluated; a row that no shipped case covers is unusable.
    """
    wanted = {case_id: expectation for case_id, (_, expectation) in published.items()}
    verdicts = {verdict.case_id: verdict for verdict in run_cases(shipped, wanted)}
    found: list[Verdict] = []
    for case_id, (line, _) in published.items():
        verdict = verdicts.get(case_id)
        if verdict is None:
            words = "no shipped case has this id: write it as a case, with calculation and inputs"
            found.append(Verdict(case_id, line, "unusable", words=words, field="id"))
        else:
            found.append(replace(verdict, line=line))
    return found
