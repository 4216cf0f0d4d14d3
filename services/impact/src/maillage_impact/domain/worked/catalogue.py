"""Every calculation that a worked example can name."""

from maillage_impact.domain.worked.arithmetic import ARITHMETIC
from maillage_impact.domain.worked.calculation import Calculation
from maillage_impact.domain.worked.energy import ENERGY
from maillage_impact.domain.worked.sharing import SHARING
from maillage_impact.domain.worked.transport import TRANSPORT

CALCULATIONS: dict[str, Calculation] = {
    one.name: one for one in (*ENERGY, *TRANSPORT, *SHARING, *ARITHMETIC)
}
