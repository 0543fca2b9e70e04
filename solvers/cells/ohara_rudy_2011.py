"""Human ventricular cell of O'Hara, Virag, Varro and Rudy 2011, doi 10.1371/journal.pcbi.1002061: endocardial, M, epicardial."""

from collections.abc import Mapping

from solvers.cells import ohara_rudy_parts as parts
from solvers.cells.cell import Cell

PARAMETERS = {
    **parts.GEOMETRY,
    "K_o": 5.4,  # mM
    "Na_o": 140.0,
    "Ca_o": 1.8,
    "g_Na": 75.0,  # mS/uF
    "g_NaL": 0.0075,
    "g_to": 0.02,
    "P_CaL": 1e-4,  # cm/s
    "g_Kr": 0.046,
    "g_Ks": 0.0034,
    "g_K1": 0.1908,
    "g_NaCa": 0.0008,  # uA/uF
    "P_NaK": 30.0,
    "g_Kb": 0.003,
    "P_Nab": 3.75e-10,
    "P_Cab": 2.5e-8,
    "g_pCa": 0.0005,
    "rel_scale": 1.0,  # factor on calcium release
    "up_scale": 1.0,  # factor on calcium uptake
    "cmdn": 0.05,  # mM, calmodulin
    "epi": 0.0,  # 1: transient outward current inactivates as in the epicardium
}

BEFORE = f"""
{parts.KINASE}
{parts.REVERSAL}
# fast sodium
m_inf = 1 / (1 + exp(-(V + 39.57) / 9.871))
tau_m = 1 / (6.765 * exp((V + 11.64) / 34.77) + 8.552 * exp(-(V + 77.42) / 5.955))
hf_inf = 1 / (1 + exp((V + 82.9) / 6.086))
tau_hf = 1 / (1.432e-5 * exp(-(V + 1.196) / 6.285) + 6.149 * exp((V + 0.5096) / 20.27))
hs_inf = hf_inf
tau_hs = 1 / (0.009794 * exp(-(V + 17.95) / 28.05) + 0.3343 * exp((V + 5.73) / 56.66))
j_inf = hf_inf
tau_j = 2.038 + 1 / (0.02136 * exp(-(V + 100.6) / 8.281) + 0.3052 * exp((V + 0.9941) / 38.45))
hsp_inf = 1 / (1 + exp((V + 89.1) / 6.086))
tau_hsp = 3 * tau_hs
jp_inf = hf_inf
tau_jp = 1.46 * tau_j
Na_open = (1 - phosphorylated) * (0.99 * hf + 0.01 * hs) * j + phosphorylated * (0.99 * hf + 0.01 * hsp) * jp
i_Na = g_Na * (V - E_Na) * m * m * m * Na_open
{parts.LATE_SODIUM}
{parts.TRANSIENT_OUTWARD}
{parts.CALCIUM_GATES}
d_inf = 1 / (1 + exp(-(V + 3.94) / 4.23))
tau_d = 0.6 + 1 / (exp(-0.05 * (V + 6)) + exp(0.09 * (V + 14)))
jca_inf = ff_inf
nca_inf = 1000 / jca / (1000 / jca + square(square(1 + 0.002 / Ca_ss)))
tau_nca = 1 / jca
Phi_Ca = 4 * VFRT * F * (Ca_ss * exp_2V - 0.341 * Ca_o) / (exp_2V - 1)
Phi_CaNa = 0.75 * VFRT * F * (Na_ss * exp_V - Na_o) / (exp_V - 1)
Phi_CaK = 0.75 * VFRT * F * (K_ss * exp_V - K_o) / (exp_V - 1)
Ca_plain = (1 - phosphorylated) * (f * (1 - nca) + jca * fca * nca)
Ca_open = d * (Ca_plain + 1.1 * phosphorylated * (fp * (1 - nca) + jca * fcap * nca))
i_CaL = P_CaL * Phi_Ca * Ca_open
i_CaNa = 0.00125 * P_CaL * Phi_CaNa * Ca_open
i_CaK = 3.574e-4 * P_CaL * Phi_CaK * Ca_open
"""

RAPID_RECTIFIER = """
# rapid delayed rectifier
xrf_inf = 1 / (1 + exp(-(V + 8.337) / 6.789))
tau_xrf = 12.98 + 1 / (0.3652 * exp((V - 31.66) / 3.869) + 4.123e-5 * exp((47.78 - V) / 20.38))
xrs_inf = xrf_inf
tau_xrs = 1.865 + 1 / (0.06629 * exp((V - 34.7) / 7.355) + 1.128e-5 * exp((29.74 - V) / 25.94))
A_xrf = 1 / (1 + exp((V + 54.81) / 38.21))
r_Kr = 1 / (1 + exp((V + 55) / 75)) / (1 + exp((V - 10) / 30))
i_Kr = g_Kr * sqrt(K_o / 5.4) * (A_xrf * xrf + (1 - A_xrf) * xrs) * r_Kr * (V - E_K)
"""

AFTER = f"""
{parts.SLOW_RECTIFIER}
# inward rectifier
xk1_inf = 1 / (1 + exp(-(V + 2.5538 * K_o + 144.59) / (1.5692 * K_o + 3.8115)))
tau_xk1 = 122.2 / (exp(-(V + 127.2) / 20.36) + exp((V + 236.8) / 69.33))
i_K1 = g_K1 * sqrt(K_o) * xk1 / (1 + exp((V + 105.8 - 2.6 * K_o) / 9.493)) * (V - E_K)
{parts.exchanger(0.2)}
{parts.PUMP}
# background
i_Kb = g_Kb / (1 + exp((14.48 - V) / 18.34)) * (V - E_K)
i_Nab = P_Nab * VFRT * F * (Na_i * exp_V - Na_o) / (exp_V - 1)
i_Cab = P_Cab * 4 * VFRT * F * (Ca_i * exp_2V - 0.341 * Ca_o) / (exp_2V - 1)
i_pCa = g_pCa * Ca_i / (0.0005 + Ca_i)
i_NaCa = i_NaCa_i + i_NaCa_ss
i_K = i_to + i_Kr + i_Ks + i_K1 + i_Kb
i_ion = i_K + i_Na + i_NaL + i_CaL + i_CaNa + i_CaK + i_NaCa + i_NaK + i_Nab + i_Cab + i_pCa
{parts.release("i_CaL", 1.5)}
J_rel = (1 - phosphorylated) * Jrelnp + phosphorylated * Jrelp
J_up_plain = up_scale * 0.004375 * Ca_i / (Ca_i + 0.00092)
J_up_fast = up_scale * 2.75 * 0.004375 * Ca_i / (Ca_i + 0.00075)
J_up = (1 - phosphorylated) * J_up_plain + phosphorylated * J_up_fast - 0.0039375 * Ca_nsr / 15
J_tr = (Ca_nsr - Ca_jsr) / 100
{parts.BUFFERS}
"""

RATES = {
    "V": "stimulus - i_ion",
    "Na_i": "-(i_Na + i_NaL + 3 * i_NaCa_i + 3 * i_NaK + i_Nab) * to_myo + J_Na * V_ss / V_myo",
    "Na_ss": "-(i_CaNa + 3 * i_NaCa_ss) * to_ss - J_Na",
    "K_i": "-(i_K - stimulus - 2 * i_NaK) * to_myo + J_K * V_ss / V_myo",
    "K_ss": "-i_CaK * to_ss - J_K",
    "Ca_i": "free_i * (-(i_pCa + i_Cab - 2 * i_NaCa_i) * to_myo / 2 - J_up * V_nsr / V_myo + J_Ca * V_ss / V_myo)",
    "Ca_ss": "free_ss * (-(i_CaL - 2 * i_NaCa_ss) * to_ss / 2 + J_rel * V_jsr / V_ss - J_Ca)",
    "Ca_nsr": "J_up - J_tr * V_jsr / V_nsr",
    "Ca_jsr": "free_jsr * (J_tr - J_rel)",
    "CaMKt": "0.05 * CaMKb * (CaMKb + CaMKt) - 0.00068 * CaMKt",
}

# every gate but those of the rapid rectifier, which the CiPA version replaces
_GATE_NAMES = """
m hf hs j hsp jp mL hL hLp a iF iS ap iFp iSp d ff fs fcaf fcas jca nca ffp fcafp xs1 xs2 xk1 Jrelnp Jrelp
"""
GATES = tuple(_GATE_NAMES.split())

IONS = ["V", "Na_i", "Na_ss", "K_i", "K_ss", "Ca_i", "Ca_ss", "Ca_nsr", "Ca_jsr", "CaMKt"]


def _variant(suffix: str, words: str, factors: Mapping[str, float]) -> Cell:
    names = [*IONS, *GATES, "xrf", "xrs"]
    return Cell(
        name=f"ohara_rudy_2011_{suffix}",
        title=f"O'Hara-Rudy 2011, {words}",
        source="10.1371/journal.pcbi.1002061",
        order=2,
        states=dict(zip(names, map(float, _REST[suffix].split()), strict=True)),
        parameters={**parts.scaled(PARAMETERS, dict(factors)), "epi": float(suffix == "epi")},
        equations=BEFORE + RAPID_RECTIFIER + AFTER,
        gates=(*GATES, "xrf", "xrs"),
        rates=RATES,
        notes="Healthy human ventricle at 37 C; flat restitution (slope about 0.3). Not meant for fast conduction: its "
        "sodium current conducts slowly in tissue unless replaced.",
        stimulus=(80.0, 0.5),
    )


# Rest after 500 beats at 1 Hz with this program, from the published initial state; order of the names in _variant.
_REST = {
    "endo": """
        -88.00238 7.252529 7.252614 144.6709 144.6709 8.572127e-05 8.460217e-05 1.618059 1.571756 0.01250477 0.007343785
        0.6981231 0.6981067 0.6980122 0.4549706 0.6979488 0.0001882455 0.5014128 0.26999 0.001001066 0.9995542 0.5912314
        0.00051007 0.9995542 0.6440203 2.340531e-09 1 0.9109554 1 0.9998225 0.999977 0.002708982 1 1 0.2698412 0.0001928375
        0.9967596 2.499833e-07 3.123216e-07 8.069312e-06 0.4504735""",
    "epi": """
        -87.93691 7.852205 7.852287 144.0024 144.0023 7.62823e-05 7.526135e-05 1.997995 1.942095 0.01594792 0.007392283
        0.6958517 0.6958418 0.6957831 0.4523295 0.695742 0.0001906004 0.5020131 0.2759964 0.001005491 0.9995491 0.999542
        0.0005123259 0.9995491 0.9995476 2.377021e-09 1 0.9226772 1 0.9998901 0.9999845 0.001728644 1 1 0.2417296
        0.0001942324 0.9967766 4.597084e-07 5.745353e-07 8.116266e-06 0.4233303""",
    "m": """
        -87.68618 8.954836 8.954975 142.8546 142.8546 9.789246e-05 9.538657e-05 2.12371 2.064149 0.02532459 0.007581028
        0.6870622 0.6870397 0.6869075 0.4420979 0.6868152 0.0001998973 0.4857146 0.2496036 0.001022633 0.9995288 0.5593216
        0.0005210648 0.9995288 0.606535 2.522205e-09 1 0.8782445 1 0.9996355 0.9999546 0.004281667 1 1 0.3243156
        0.0001998086 0.9968418 1.777112e-06 2.221115e-06 8.636309e-06 0.4843629""",
}

CELLS = (
    _variant("endo", "endocardial", {}),
    _variant("epi", "epicardial", parts.EPI_FACTORS),
    _variant("m", "mid-wall (M)", parts.M_FACTORS),
)
