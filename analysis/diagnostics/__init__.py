"""What a reviewer asks for: dispersion, collinearity, influence, calibration, trend, multiplicity."""

from analysis.diagnostics.adjust_p_values import adjust_p_values
from analysis.diagnostics.calibration import Calibration, calibration
from analysis.diagnostics.dispersion import dispersion
from analysis.diagnostics.influence import influence
from analysis.diagnostics.linear_trend import linear_trend
from analysis.diagnostics.vif import vif

__all__ = ["Calibration", "adjust_p_values", "calibration", "dispersion", "influence", "linear_trend", "vif"]
