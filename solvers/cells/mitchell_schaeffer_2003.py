"""Two-current cell of Mitchell and Schaeffer 2003, doi 10.1016/S0092-8240(03)00041-7, its voltage mapped to millivolts."""

from solvers.cells.cell import Cell

CELLS = (
    Cell(
        name="mitchell_schaeffer_2003",
        title="Mitchell-Schaeffer 2003",
        source="10.1016/S0092-8240(03)00041-7",
        chamber="any",
        states={"V": -86.2, "h": 1.0},
        parameters={
            "V_rest": -86.2,  # mV, voltage 0 of the paper
            "V_peak": 40.0,  # mV, voltage 1
            "tau_in": 0.3,  # ms
            "tau_out": 6.0,
            "tau_open": 120.0,
            "tau_close": 150.0,
            "gate": 0.13,  # share of the amplitude at which the gate turns
        },
        equations="""
        u = (V - V_rest) / (V_peak - V_rest)
        h_inf = select(u < gate, 1, 0)
        tau_h = select(u < gate, tau_open, tau_close)
        i_in = -(V_peak - V_rest) * h * square(u) * (1 - u) / tau_in
        i_out = (V_peak - V_rest) * u / tau_out
        i_ion = i_in + i_out
        """,
        gates=("h",),
        rates={"V": "stimulus - i_ion"},
        notes="Four time constants, an analytic restitution curve; the shape of the beat is not that of a real cell.",
    ),
)
