"""What matching keeps, in the words of its events."""

from uuid import NAMESPACE_URL, uuid5

from maillage_contracts import matching
from maillage_contracts.vocabulary import QuestionId
from maillage_matching.domain.draft import Content
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.pair import Ask, Gate


def surfaced(lead: Lead) -> matching.LeadSurfaced:
    """The lead as a console shows it."""
    content = lead.content
    return matching.LeadSurfaced(
        lead=matching.Lead(
            lead_id=lead.lead_id,
            source=lead.source,
            kind=content.kind,
            flow_ids=content.flow_ids,
            actor_ids=content.actor_ids,
            activity_zone=content.activity_zone,
            resource=content.resource,
            transformation=content.transformation,
            missing_link=content.missing_link,
            gates=tuple(_gate(gate) for gate in content.gates),
            explanation=content.explanation,
            score=content.score,
            distance_km=content.distance_km,
            estimated_value=content.value,
        )
    )


def _gate(gate: Gate) -> matching.Gate:
    return matching.Gate(code=gate.code, verdict=gate.verdict, reason=gate.reason)


def raised(ask: Ask) -> matching.FlowQuestionRaised:
    """The question; its identifier is the same whenever the same fact is missing."""
    return matching.FlowQuestionRaised(
        question_id=QuestionId(uuid5(NAMESPACE_URL, f"question/{ask.flow_id}/{ask.attribute}")),
        flow_id=ask.flow_id,
        attribute=ask.attribute,
        why=ask.why,
    )


def title_of(content: Content) -> str:
    """A line that names what it is about."""
    return content.explanation[0][:200] if content.explanation else content.resource
