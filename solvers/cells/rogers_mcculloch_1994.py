"""FitzHugh-Nagumo cell as modified by Rogers and McCulloch 1994 (doi 10.1109/10.310090) so that it does not undershoot.

In millivolts and milliseconds as used in Sundnes et al., Computing the Electrical Activity in the Heart (doi
10.1007/3-540-33437-8): rest -85 mV, peak 40 mV.
"""

from solvers.cells.cell import Cell

CELLS = (
    Cell(
        name="rogers_mcculloch_1994",
        title="FitzHugh-Nagumo (Rogers-McCulloch 1994)",
        source="10.1109/10.310090",
        chamber="any",
        states={"V": -85.0, "w": 0.0},
        parameters={
            "V_rest": -85.0,  # mV
            "V_peak": 40.0,
            "threshold": 0.13,  # share of the amplitude
            "c1": 0.26,  # 1/ms
            "c2": 0.1,
            "b": 0.013,
            "c3": 1.0,
        },
        equations="""
        amplitude = V_peak - V_rest
        u = (V - V_rest) / amplitude
        w_inf = u / c3
        tau_w = 1 / (b * c3)
        i_in = -amplitude * c1 * u * (u - threshold) * (1 - u)
        i_out = amplitude * c2 * u * w
        i_ion = i_in + i_out
        """,
        gates=("w",),
        rates={"V": "stimulus - i_ion"},
        notes="For teaching and for checks of the tissue solver. Currents have no counterpart in a real cell.",
    ),
)
