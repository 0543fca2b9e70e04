"""Human ventricular cell ToR-ORd of Tomek et al. 2019, doi 10.7554/eLife.48890: endocardial, M, epicardial.

With ``dynamic_Cl`` 1 the chloride inside follows its currents (ToR-ORd-dynCl, doi 10.1101/2020.06.01.127043); with 0 it stays
at 24 mM as in the paper of 2019.
"""

from collections.abc import Mapping

from solvers.cells import ohara_rudy_parts as parts
from solvers.cells.cell import Cell

_PARAMETERS = {
    **parts.GEOMETRY,
    "K_o": 5.0,  # mM
    "Na_o": 140.0,
    "Ca_o": 1.8,
    "Cl_o": 150.0,
    "g_Na": 11.7802,  # mS/uF
    "g_NaL": 0.0279,
    "g_to": 0.16,
    "P_CaL": 8.3757e-5,  # cm/s
    "g_Kr": 0.0321,
    "g_Ks": 0.0011,
    "g_K1": 0.6992,
    "g_NaCa": 0.0034,  # uA/uF
    "P_NaK": 15.4509,
    "g_Kb": 0.0189,
    "P_Nab": 1.9239e-9,
    "P_Cab": 5.9194e-8,
    "g_pCa": 0.0005,
    "g_ClCa": 0.2843,
    "g_Clb": 0.00198,
    "Ca_share": 0.8,  # of the L-type channels that face the subspace
    "rel_scale": 1.0,  # factor on calcium release
    "up_scale": 1.0,  # factor on calcium uptake
    "cmdn": 0.05,  # mM, calmodulin
    "epi": 0.0,  # 1: transient outward current inactivates as in the epicardium
    "dynamic_Cl": 0.0,
}


_L_TYPE_SITE = """
strength_SITE = 0.0005 * (Na_SITE + K_SITE + Cl_SITE + 4 * Ca_SITE)
gamma_SITE = exp(-debye * (sqrt(strength_SITE) / (1 + sqrt(strength_SITE)) - 0.3 * strength_SITE))
gamma2_SITE = square(square(gamma_SITE))
nca_SITE_inf = 500 / jca / (500 / jca + square(square(1 + 0.002 / Ca_SITE)))
tau_nca_SITE = 1 / jca
plain_SITE = (1 - phosphorylated) * (f * (1 - nca_SITE) + jca * fca * nca_SITE)
open_SITE = PART * d * (plain_SITE + 1.1 * phosphorylated * (fp * (1 - nca_SITE) + jca * fcap * nca_SITE))
i_CaL_SITE = P_CaL * open_SITE * 4 * VFRT * F * (gamma2_SITE * Ca_SITE * exp_2V - gamma2_o * Ca_o) / (exp_2V - 1)
i_CaNa_SITE = 0.00125 * P_CaL * open_SITE * VFRT * F * (gamma_SITE * Na_SITE * exp_V - gamma_o * Na_o) / (exp_V - 1)
i_CaK_SITE = 3.574e-4 * P_CaL * open_SITE * VFRT * F * (gamma_SITE * K_SITE * exp_V - gamma_o * K_o) / (exp_V - 1)
"""

_L_TYPE = "".join(
    _L_TYPE_SITE.replace("SITE", site).replace("PART", part)
    for site, part in (("ss", "Ca_share"), ("i", "(1 - Ca_share)"))
)

_EQUATIONS = f"""
{parts.KINASE}
{parts.REVERSAL}
E_Cl_i = R * T / F * log(Cl_i / Cl_o)
E_Cl_ss = R * T / F * log(Cl_ss / Cl_o)

# fast sodium
m_inf = 1 / square(1 + exp(-(V + 56.86) / 9.03))
tau_m = 0.1292 * exp(-square((V + 45.79) / 15.54)) + 0.06487 * exp(-square((V - 4.823) / 51.12))
h_inf = 1 / square(1 + exp((V + 71.55) / 7.43))
rate_h_low = 0.057 * exp(-(V + 80) / 6.8) + 2.7 * exp(0.079 * V) + 3.1e5 * exp(0.3485 * V)
rate_h_high = 0.77 / (0.13 * (1 + exp(-(V + 10.66) / 11.1)))
tau_h = 1 / select(V < -40, rate_h_low, rate_h_high)
j_inf = h_inf
alpha_j = (-25428 * exp(0.2444 * V) - 6.948e-6 * exp(-0.04391 * V)) * (V + 37.78) / (1 + exp(0.311 * (V + 79.23)))
beta_j_low = 0.02424 * exp(-0.01052 * V) / (1 + exp(-0.1378 * (V + 40.14)))
rate_j_high = 0.6 * exp(0.057 * V) / (1 + exp(-0.1 * (V + 32)))
tau_j = 1 / select(V < -40, alpha_j + beta_j_low, rate_j_high)
hp_inf = 1 / square(1 + exp((V + 77.55) / 7.43))
tau_hp = tau_h
jp_inf = h_inf
tau_jp = 1.46 * tau_j
i_Na = g_Na * (V - E_Na) * m * m * m * ((1 - phosphorylated) * h * j + phosphorylated * hp * jp)
{parts.LATE_SODIUM}
{parts.TRANSIENT_OUTWARD}
{parts.CALCIUM_GATES}
d_inf = select(V < 31.4978, 1.0763 * exp(-1.007 * exp(-0.0829 * V)), 1)
tau_d = 0.6 + 1 / (exp(-0.05 * (V + 6)) + exp(0.09 * (V + 14)))
jca_inf = 1 / (1 + exp((V + 18.08) / 2.7916))
# activities by Debye and Huckel; dielectric constant 74
debye = 1.82e6 * exp(-1.5 * log(74 * T))
strength_o = 0.0005 * (Na_o + K_o + Cl_o + 4 * Ca_o)
gamma_o = exp(-debye * (sqrt(strength_o) / (1 + sqrt(strength_o)) - 0.3 * strength_o))
gamma2_o = square(square(gamma_o))
{_L_TYPE}
i_CaL = i_CaL_i + i_CaL_ss
i_CaNa = i_CaNa_i + i_CaNa_ss
i_CaK = i_CaK_i + i_CaK_ss

# rapid delayed rectifier: C3, C2, C1 closed, O open, I inactivated (C3 is what the others leave)
C3 = 1 - C2 - C1 - O - I
alpha = 0.1161 * exp(0.299 * VFRT)
beta = 0.2442 * exp(-1.604 * VFRT)
alpha_2 = 0.0578 * exp(0.971 * VFRT)
beta_2 = 0.000349 * exp(-1.062 * VFRT)
alpha_i = 0.2533 * exp(0.5953 * VFRT)
beta_i = 0.06525 * exp(-0.8209 * VFRT)
alpha_C1_I = 5.2e-5 * exp(1.525 * VFRT)
beta_I_C1 = beta_2 * beta_i * alpha_C1_I / (alpha_2 * alpha_i)
tau_C2 = 1 / (alpha + beta + 0.154375)
C2_inf = tau_C2 * (alpha * (C3 + C2) + 0.1911 * C1)
tau_C1 = 1 / (0.1911 + alpha_2 + alpha_C1_I)
C1_inf = tau_C1 * (0.154375 * C2 + beta_2 * O + beta_I_C1 * I)
tau_O = 1 / (beta_2 + alpha_i)
O_inf = tau_O * (alpha_2 * C1 + beta_i * I)
tau_I = 1 / (beta_I_C1 + beta_i)
I_inf = tau_I * (alpha_C1_I * C1 + alpha_i * O)
i_Kr = g_Kr * sqrt(K_o / 5) * O * (V - E_K)
{parts.SLOW_RECTIFIER}
# inward rectifier
alpha_K1 = 4.094 / (1 + exp(0.1217 * (V - E_K - 49.934)))
beta_K1_up = 15.72 * exp(0.0674 * (V - E_K - 3.257)) + exp(0.0618 * (V - E_K - 594.31))
beta_K1 = beta_K1_up / (1 + exp(-0.1629 * (V - E_K + 14.207)))
i_K1 = g_K1 * sqrt(K_o / 5) * alpha_K1 / (alpha_K1 + beta_K1) * (V - E_K)
{parts.exchanger(0.35)}
{parts.PUMP}
# background and chloride
i_Kb = g_Kb / (1 + exp((10.8968 - V) / 23.9871)) * (V - E_K)
i_Nab = P_Nab * VFRT * F * (Na_i * exp_V - Na_o) / (exp_V - 1)
i_Cab = P_Cab * 4 * VFRT * F * (gamma2_i * Ca_i * exp_2V - gamma2_o * Ca_o) / (exp_2V - 1)
i_pCa = g_pCa * Ca_i / (0.0005 + Ca_i)
i_ClCa = g_ClCa / (1 + 0.1 / Ca_ss) * (V - E_Cl_ss)
i_Clb = g_Clb * (V - E_Cl_i)
i_NaCa = i_NaCa_i + i_NaCa_ss
i_K = i_to + i_Kr + i_Ks + i_K1 + i_Kb
i_ion = i_K + i_Na + i_NaL + i_CaL + i_CaNa + i_CaK + i_NaCa + i_NaK + i_Nab + i_Cab + i_pCa + i_ClCa + i_Clb
{parts.release("i_CaL_ss", 1.7)}
J_rel = 1.5378 * ((1 - phosphorylated) * Jrelnp + phosphorylated * Jrelp)
J_up_plain = up_scale * 0.005425 * Ca_i / (Ca_i + 0.00092)
J_up_fast = up_scale * 2.75 * 0.005425 * Ca_i / (Ca_i + 0.00075)
J_up = (1 - phosphorylated) * J_up_plain + phosphorylated * J_up_fast - 0.0048825 * Ca_nsr / 15
J_tr = (Ca_nsr - Ca_jsr) / 60
J_Cl = (Cl_ss - Cl_i) / 2
{parts.BUFFERS}
"""

_RATES = {
    "V": "stimulus - i_ion",
    "Na_i": "-(i_Na + i_NaL + 3 * i_NaCa_i + i_CaNa_i + 3 * i_NaK + i_Nab) * to_myo + J_Na * V_ss / V_myo",
    "Na_ss": "-(i_CaNa_ss + 3 * i_NaCa_ss) * to_ss - J_Na",
    "K_i": "-(i_K - stimulus - 2 * i_NaK + i_CaK_i) * to_myo + J_K * V_ss / V_myo",
    "K_ss": "-i_CaK_ss * to_ss - J_K",
    "Ca_i": "free_i * (-(i_CaL_i + i_pCa + i_Cab - 2 * i_NaCa_i) * to_myo / 2 - J_up * V_nsr / V_myo + J_Ca * V_ss / V_myo)",
    "Ca_ss": "free_ss * (-(i_CaL_ss - 2 * i_NaCa_ss) * to_ss / 2 + J_rel * V_jsr / V_ss - J_Ca)",
    "Ca_nsr": "J_up - J_tr * V_jsr / V_nsr",
    "Ca_jsr": "free_jsr * (J_tr - J_rel)",
    "CaMKt": "0.05 * CaMKb * (CaMKb + CaMKt) - 0.00068 * CaMKt",
    "Cl_i": "dynamic_Cl * (i_Clb * to_myo + J_Cl * V_ss / V_myo)",
    "Cl_ss": "dynamic_Cl * (i_ClCa * to_ss - J_Cl)",
}

_GATE_NAMES = """
m h j hp jp mL hL hLp a iF iS ap iFp iSp d ff fs fcaf fcas jca ffp fcafp nca_ss nca_i C1 C2 I O xs1 xs2 Jrelnp
Jrelp
"""
_GATES = tuple(_GATE_NAMES.split())
_ORDER = ("V", "CaMKt", "Na_i", "Na_ss", "K_i", "K_ss", "Ca_ss", "Ca_nsr", "Ca_jsr", "Ca_i", *_GATES, "Cl_i", "Cl_ss")

# Rest at 1 Hz from the authors' program (2019).
_REST = {
    "endo": """-88.7638 0.0111 12.1025 12.1029 142.3002 142.3002 7.0305e-05 1.5211 1.5214 8.1583e-05 0.00080572 0.8286 0.8284
        0.6707 0.8281 0.0001629 0.5255 0.2872 0.00095098 0.9996 0.5936 0.00048454 0.9996 0.6538 8.1084e-09 1 0.939 1 0.9999 1 1
        1 0.00066462 0.0012 0.00070344 0.00085109 1.3289e-05 0.00037585 0.248 0.00017707 1.6129e-22 1.2475e-20 24 24""",
    "epi": """-89.14 0.0129 12.8363 12.8366 142.6951 142.6951 5.7672e-05 1.8119 1.8102 6.6309e-05 0.00074303 0.836 0.8359
        0.6828 0.8357 0.00015166 0.5401 0.3034 0.00092716 0.9996 0.9996 0.0004724 0.9996 0.9996 0 1 0.9485 1 0.9999 1 1
        1 0.00030853 0.00053006 0.00067941 0.00082869 9.5416e-06 0.00027561 0.2309 0.00016975 2.8189e-24 0 24 24""",
    "m": """-89.1704 0.0192 15.0038 15.0043 143.0403 143.0402 6.5781e-05 1.9557 1.9593 8.166e-05 0.00073818 0.8365 0.8363
        0.6838 0.8358 0.00015079 0.5327 0.2834 0.00092527 0.9996 0.5671 0.00047143 0.9996 0.6261 0 1 0.92 1 0.9998 1 1
        1 0.00051399 0.0012 0.0006956 0.00082672 1.8784e-05 0.00054206 0.2653 0.00016921 0 0 24 24""",
}


def _variant(suffix: str, words: str, factors: Mapping[str, float]) -> Cell:
    return Cell(
        name=f"tomek_2019_{suffix}",
        title=f"ToR-ORd (Tomek 2019), {words}",
        source="10.7554/eLife.48890",
        order=2,
        states=dict(zip(_ORDER, map(float, _REST[suffix].split()), strict=True)),
        parameters={**parts.scaled(_PARAMETERS, dict(factors)), "epi": float(suffix == "epi")},
        equations=_EQUATIONS,
        gates=_GATES,
        rates=_RATES,
        notes="Healthy human ventricle at 37 C and 5 mM potassium; conducts, and answers to blockers as measured.",
        stimulus=(53.0, 1.0),
    )


CELLS = (
    _variant("endo", "endocardial", {}),
    _variant("epi", "epicardial", {**parts.EPI_FACTORS, "g_to": 2.0}),
    _variant("m", "mid-wall (M)", {**parts.M_FACTORS, "g_to": 2.0, "P_CaL": 2.0}),
)
