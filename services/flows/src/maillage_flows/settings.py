"""Settings that only flows has."""

from pydantic import Field

from maillage_common.settings import Settings


class FlowsSettings(Settings):
    """What flows must be told beside what every service is."""

    stale_after_days: int = Field(
        default=180,
        ge=1,
        le=3650,
        description="Days without confirmation after which a flow is no longer matched.",
    )
