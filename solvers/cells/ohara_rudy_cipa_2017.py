"""The O'Hara-Rudy cell as CiPA uses it (CiPAORdv1.0): a rapid delayed rectifier of states that drugs bind to, rescaled currents.

States and drug binding: Li 2017, doi 10.1161/CIRCEP.116.004628. Scaling of the conductances: Dutta 2017, doi
10.3389/fphys.2017.00616.
"""

from solvers.cells import ohara_rudy_2011 as ord2011
from solvers.cells.cell import Cell

# Rates of the channel at 20 C: (1/ms, 1/mV, Q10), doi 10.1161/CIRCEP.116.004628; brought to 37 C below.
_TEMPERATURE = 37.0
_CHANNEL = {
    "1": (0.0264, 4.631e-5, 4.843),  # C1 -> C2
    "2": (4.986e-6, -0.004226, 4.23),  # back
    "3": (0.001214, 0.008516, 4.962),  # IC2 -> IO
    "4": (1.854e-5, -0.04641, 3.769),
    "11": (0.0007868, 1.535e-8, 4.942),  # IC1 -> IC2
    "21": (5.455e-6, -0.1688, 4.156),
    "31": (0.005509, 7.771e-9, 4.22),  # C2 -> O
    "41": (0.001416, -0.02877, 1.459),
    "51": (0.4492, 0.008595, 5.0),  # C1 -> IC1
    "61": (0.01241, 0.1725, 5.568),
    "52": (0.3181, 3.613e-8, 4.663),  # C2 -> IC2
    "62": (0.3226, -0.0006575, 5.0),
    "53": (0.149, 0.004668, 2.412),  # O -> IO
    "63": (0.008978, -0.02215, 5.682),
}
_RATES = "\n".join(
    f"r{name} = {at_20 * q10 ** ((_TEMPERATURE - 20.0) / 10.0):.10g} * exp({slope:g} * V)"
    for name, (at_20, slope, q10) in _CHANNEL.items()
)

# Occupancies leave at rate 1/tau and are fed by what stands before the tau: exact at rest at any step. The channel is
# somewhere, so the closed-inactivated state IC1, where it rests, is what the others leave; C1 and IC2 exchange with it fast.
_MARKOV = f"""
# rapid delayed rectifier: C1, C2 closed, O open, IC1, IC2, IO inactivated, three with a drug bound
{_RATES}
drug = exp(n_bind * log(D + 1e-300))
bind = K_max * K_u * drug / (drug + halfmax)
unbind_IO = K_u * r53 / r63
trap = K_t / (1 + exp((V_half - V) / 6.789))
elsewhere = C2 + O + IO + IObound + Obound + Cbound
tau_C1 = 1 / (r1 + r51 + r61)
C1_inf = tau_C1 * (r2 * C2 + r61 * (1 - elsewhere - IC2))
tau_IC2 = 1 / (r21 + r3 + r62 + r11)
IC2_inf = tau_IC2 * (r11 * (1 - elsewhere - C1) + r4 * IO + r52 * C2)
tau_C2 = 1 / (r2 + r31 + r52)
C2_inf = tau_C2 * (r1 * C1 + r41 * O + r62 * IC2)
tau_O = 1 / (r41 + r53 + bind)
O_inf = tau_O * (r31 * C2 + r63 * IO + K_u * Obound)
tau_IO = 1 / (r4 + r63 + bind)
IO_inf = tau_IO * (r3 * IC2 + r53 * O + unbind_IO * IObound)
tau_IObound = 1 / (unbind_IO + K_t)
IObound_inf = tau_IObound * (bind * IO + trap * Cbound)
tau_Obound = 1 / (K_u + K_t)
Obound_inf = tau_Obound * (bind * O + trap * Cbound)
tau_Cbound = 1 / (2 * trap)
Cbound_inf = tau_Cbound * K_t * (Obound + IObound)
i_Kr = g_Kr * sqrt(K_o / 5.4) * O * (V - E_K)
"""

_STATES = ("C1", "C2", "O", "IO", "IC2", "IObound", "Obound", "Cbound")

# Rest at a cycle of 2000 ms, the state CiPA starts its drugs from (FDA/CiPA repository).
_REST = """
-88.0145 6.46961 6.46967 145.501 145.501 7.45321e-05 7.30454e-05 1.37897 1.37944 0.00325232
0.00733485 0.698542 0.698542 0.698542 0.455526 0.698541 0.000187813 0.513396 0.307923 0.00100025 0.999555 0.871715
0.000509652 0.999555 0.905466 2.33382e-09 1 0.971897 1 1 1 0.0015391 1 1 0.130941 0.000192517 0.996756 1.46507e-07
1.83132e-07 1.80145e-08 8.26619e-05 0.00015551 5.67623e-05 6.83208e-05 0 0 0"""
_NAMES = (*ord2011.IONS, *ord2011.GATES, *_STATES)

CELLS = (
    Cell(
        name="ohara_rudy_cipa_2017",
        title="O'Hara-Rudy, CiPA version 1.0, endocardial",
        source="10.3389/fphys.2017.00616",
        order=2,
        states=dict(zip(_NAMES, map(float, _REST.split()), strict=True)),
        parameters={
            **ord2011.PARAMETERS,
            "g_NaL": 2.661 * 0.0075,
            "P_CaL": 1.007e-4,
            "g_Kr": 1.013 * 0.046,
            "g_Ks": 1.87 * 0.0034,
            "g_K1": 1.698 * 0.1908,
            "D": 0.0,  # nM of drug
            "K_max": 0.0,
            "K_u": 0.0,  # 1/ms
            "n_bind": 1.0,
            "halfmax": 1.0,  # nM^n_bind
            "V_half": 1.0,  # mV
            "K_t": 3.5e-5,  # 1/ms
        },
        equations=ord2011.BEFORE + _MARKOV + ord2011.AFTER,
        gates=(*ord2011.GATES, *_STATES),
        rates=ord2011.RATES,
        notes="For the torsade risk of drugs: qNet after pacing to a steady state at 2000 ms.",
        stimulus=(80.0, 0.5),
    ),
)
