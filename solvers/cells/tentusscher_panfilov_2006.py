"""Human ventricular cell of ten Tusscher and Panfilov, doi 10.1152/ajpheart.00109.2006: epicardial, endocardial, M.

The variants differ in g_to, g_Ks and the s gate only, so the s gate is written for all three with one parameter.
"""

from collections.abc import Mapping

from solvers.cells.cell import Cell

_PARAMETERS = {
    "R": 8314.472,  # J/(kmol K)
    "T": 310.0,  # K
    "F": 96485.3415,  # C/mol
    "C_m": 0.185,  # uF, only in the concentrations
    "V_c": 0.016404,  # volumes in nL
    "V_sr": 0.001094,
    "V_ss": 0.00005468,
    "K_o": 5.4,  # mM
    "Na_o": 140.0,
    "Ca_o": 2.0,
    "g_Na": 14.838,  # nS/pF
    "g_K1": 5.405,
    "g_Kr": 0.153,
    "g_Ks": 0.392,
    "g_to": 0.294,
    "g_pK": 0.0146,
    "g_bNa": 0.00029,
    "g_bCa": 0.000592,
    "g_CaL": 3.98e-5,  # L/(F ms)
    "g_pCa": 0.1238,  # pA/pF
    "K_pCa": 0.0005,
    "P_NaK": 2.724,
    "K_mK": 1.0,
    "K_mNa": 40.0,
    "k_NaCa": 1000.0,
    "K_mNai": 87.5,
    "K_mCa": 1.38,
    "K_sat": 0.1,
    "alpha_NaCa": 2.5,
    "gamma_NaCa": 0.35,
    "p_KNa": 0.03,
    "V_rel": 0.102,  # 1/ms
    "V_xfer": 0.0038,
    "V_leak": 0.00036,
    "Vmax_up": 0.006375,  # mM/ms
    "K_up": 0.00025,
    "k1_prime": 0.15,
    "k2_prime": 0.045,
    "k3": 0.06,
    "k4": 0.005,
    "EC": 1.5,
    "max_sr": 2.5,
    "min_sr": 1.0,
    "Buf_c": 0.2,
    "K_buf_c": 0.001,
    "Buf_sr": 10.0,
    "K_buf_sr": 0.3,
    "Buf_ss": 0.4,
    "K_buf_ss": 0.00025,
    "endo": 0.0,  # 1: the s gate is that of the endocardium
}

_EQUATIONS = """
RTF = R * T / F
E_Na = RTF * log(Na_o / Na_i)
E_K = RTF * log(K_o / K_i)
E_Ks = RTF * log((K_o + p_KNa * Na_o) / (K_i + p_KNa * Na_i))
E_Ca = 0.5 * RTF * log(Ca_o / Ca_i)

# inward rectifier
alpha_K1 = 0.1 / (1 + exp(0.06 * (V - E_K - 200)))
beta_K1 = (3 * exp(0.0002 * (V - E_K + 100)) + exp(0.1 * (V - E_K - 10))) / (1 + exp(-0.5 * (V - E_K)))
i_K1 = g_K1 * alpha_K1 / (alpha_K1 + beta_K1) * sqrt(K_o / 5.4) * (V - E_K)

# rapid and slow delayed rectifier
Xr1_inf = 1 / (1 + exp((-26 - V) / 7))
tau_Xr1 = 450 / (1 + exp((-45 - V) / 10)) * 6 / (1 + exp((V + 30) / 11.5))
Xr2_inf = 1 / (1 + exp((V + 88) / 24))
tau_Xr2 = 3 / (1 + exp((-60 - V) / 20)) * 1.12 / (1 + exp((V - 60) / 20))
i_Kr = g_Kr * sqrt(K_o / 5.4) * Xr1 * Xr2 * (V - E_K)
Xs_inf = 1 / (1 + exp((-5 - V) / 14))
tau_Xs = 1400 / sqrt(1 + exp((5 - V) / 6)) / (1 + exp((V - 35) / 15)) + 80
i_Ks = g_Ks * square(Xs) * (V - E_Ks)

# fast sodium
m_inf = 1 / square(1 + exp((-56.86 - V) / 9.03))
tau_m = 1 / (1 + exp((-60 - V) / 5)) * (0.1 / (1 + exp((V + 35) / 5)) + 0.1 / (1 + exp((V - 50) / 200)))
h_inf = 1 / square(1 + exp((V + 71.55) / 7.43))
rate_h_low = 0.057 * exp(-(V + 80) / 6.8) + 2.7 * exp(0.079 * V) + 3.1e5 * exp(0.3485 * V)
rate_h_high = 0.77 / (0.13 * (1 + exp(-(V + 10.66) / 11.1)))
tau_h = 1 / select(V < -40, rate_h_low, rate_h_high)
j_inf = h_inf
alpha_j = (-25428 * exp(0.2444 * V) - 6.948e-6 * exp(-0.04391 * V)) * (V + 37.78) / (1 + exp(0.311 * (V + 79.23)))
beta_j_low = 0.02424 * exp(-0.01052 * V) / (1 + exp(-0.1378 * (V + 40.14)))
rate_j_high = 0.6 * exp(0.057 * V) / (1 + exp(-0.1 * (V + 32)))
tau_j = 1 / select(V < -40, alpha_j + beta_j_low, rate_j_high)
i_Na = g_Na * m * m * m * h * j * (V - E_Na)
i_bNa = g_bNa * (V - E_Na)

# L-type calcium
d_inf = 1 / (1 + exp((-8 - V) / 7.5))
tau_d = (1.4 / (1 + exp((-35 - V) / 13)) + 0.25) * 1.4 / (1 + exp((V + 5) / 5)) + 1 / (1 + exp((50 - V) / 20))
f_inf = 1 / (1 + exp((V + 20) / 7))
tau_f_low = 1102.5 * exp(-square(V + 27) / 225)
tau_f = tau_f_low + 200 / (1 + exp((13 - V) / 10)) + 180 / (1 + exp((V + 30) / 10)) + 20
f2_inf = 0.67 / (1 + exp((V + 35) / 7)) + 0.33
tau_f2 = 562 * exp(-square(V + 27) / 240) + 31 / (1 + exp((25 - V) / 10)) + 80 / (1 + exp((V + 30) / 10))
fCass_inf = 0.6 / (1 + square(Ca_ss / 0.05)) + 0.4
tau_fCass = 80 / (1 + square(Ca_ss / 0.05)) + 2
# x/(exp(x)-1) has its removable singularity at V = 15 mV: step over it
x_CaL_raw = 2 * (V - 15) / RTF
x_CaL = select(square(x_CaL_raw) < 1e-10, 1e-5, x_CaL_raw)
exp_CaL = exp(x_CaL)
i_CaL = g_CaL * d * f * f2 * fCass * 2 * F * x_CaL * (0.25 * Ca_ss * exp_CaL - Ca_o) / (exp_CaL - 1)
i_bCa = g_bCa * (V - E_Ca)

# transient outward
r_inf = 1 / (1 + exp((20 - V) / 6))
tau_r = 9.5 * exp(-square(V + 40) / 1800) + 0.8
s_inf = 1 / (1 + exp((V + 20 + 8 * endo) / 5))
s_bell = exp(-square(V + 45 + 22 * endo) / (320 + 680 * endo))
tau_s = (85 + 915 * endo) * s_bell + (5 - 5 * endo) / (1 + exp((V - 20) / 5)) + 3 + 5 * endo
i_to = g_to * r * s * (V - E_K)

# pumps and exchangers
exp_V = exp(-V / RTF)
exp_gamma = exp(gamma_NaCa * V / RTF)
i_NaK = P_NaK * K_o / (K_o + K_mK) * Na_i / (Na_i + K_mNa) / (1 + 0.1245 * exp(-0.1 * V / RTF) + 0.0353 * exp_V)
NaCa_forth = exp_gamma * Na_i * Na_i * Na_i * Ca_o
NaCa_back = exp_gamma * exp_V * Na_o * Na_o * Na_o * Ca_i * alpha_NaCa
NaCa_half = (K_mNai * K_mNai * K_mNai + Na_o * Na_o * Na_o) * (K_mCa + Ca_o) * (1 + K_sat * exp_gamma * exp_V)
i_NaCa = k_NaCa * (NaCa_forth - NaCa_back) / NaCa_half
i_pCa = g_pCa * Ca_i / (Ca_i + K_pCa)
i_pK = g_pK * (V - E_K) / (1 + exp((25 - V) / 5.98))

# calcium stores
kcasr = max_sr - (max_sr - min_sr) / (1 + square(EC / Ca_SR))
k1 = k1_prime / kcasr
O = k1 * square(Ca_ss) * R_prime / (k3 + k1 * square(Ca_ss))
i_rel = V_rel * O * (Ca_SR - Ca_ss)
i_up = Vmax_up / (1 + square(K_up / Ca_i))
i_leak = V_leak * (Ca_SR - Ca_i)
i_xfer = V_xfer * (Ca_ss - Ca_i)
free_c = 1 / (1 + Buf_c * K_buf_c / square(Ca_i + K_buf_c))
free_sr = 1 / (1 + Buf_sr * K_buf_sr / square(Ca_SR + K_buf_sr))
free_ss = 1 / (1 + Buf_ss * K_buf_ss / square(Ca_ss + K_buf_ss))
to_mM = C_m / (V_c * F)
i_K = i_K1 + i_to + i_Kr + i_Ks + i_pK
i_ion = i_K + i_Na + i_bNa + i_CaL + i_bCa + i_NaK + i_NaCa + i_pCa
"""

_RATES = {
    "V": "stimulus - i_ion",
    "Na_i": "-(i_Na + i_bNa + 3 * i_NaK + 3 * i_NaCa) * to_mM",
    "K_i": "-(i_K - 2 * i_NaK - stimulus) * to_mM",
    "Ca_i": "free_c * ((i_leak - i_up) * V_sr / V_c + i_xfer - (i_bCa + i_pCa - 2 * i_NaCa) * to_mM / 2)",
    "Ca_SR": "free_sr * (i_up - i_rel - i_leak)",
    "Ca_ss": "free_ss * (-i_CaL * C_m / (2 * V_ss * F) + i_rel * V_sr / V_ss - i_xfer * V_c / V_ss)",
    "R_prime": "-k2_prime * kcasr * Ca_ss * R_prime + k4 * (1 - R_prime)",
}

_GATES = ("Xr1", "Xr2", "Xs", "m", "h", "j", "d", "f", "f2", "fCass", "s", "r")
_ORDER = ("V", *_GATES, "Ca_i", "R_prime", "Ca_SR", "Ca_ss", "Na_i", "K_i")

# Rest at 1 Hz in the order above, from the authors' programs; the epicardial ones are those of Niederer 2011.
_REST = {
    "epi": """-85.23 0.00621 0.4712 0.0095 0.00172 0.7444 0.7045 3.373e-5 0.7888 0.9755 0.9953 0.999998 2.42e-8
        1.26e-4 0.9073 3.64 3.6e-4 8.604 136.89""",
    "endo": """-86.709 0.00448 0.476 0.0087 0.00155 0.7573 0.7225 3.164e-5 0.8009 0.9778 0.9953 0.3212 2.235e-8
        1.3e-4 0.9068 3.715 3.6e-4 10.355 138.4""",
    "m": """-85.423 0.0165 0.473 0.0174 0.00165 0.749 0.6788 3.288e-5 0.7026 0.9526 0.9942 0.999998 2.347e-8
        1.53e-4 0.8978 4.272 4.2e-4 10.132 138.52""",
}


def _variant(suffix: str, words: str, changed: Mapping[str, float]) -> Cell:
    return Cell(
        name=f"tentusscher_panfilov_2006_{suffix}",
        title=f"ten Tusscher-Panfilov 2006, {words}",
        source="10.1152/ajpheart.00109.2006",
        states=dict(zip(_ORDER, map(float, _REST[suffix].split()), strict=True)),
        parameters={**_PARAMETERS, **changed},
        equations=_EQUATIONS,
        gates=_GATES,
        rates=_RATES,
        notes="Healthy human ventricle at 37 C; restitution slope about 1.1, so it can alternate. Not for ischaemia.",
    )


CELLS = (
    _variant("epi", "epicardial", {}),
    _variant("endo", "endocardial", {"endo": 1.0, "g_to": 0.073}),
    _variant("m", "mid-wall (M)", {"g_Ks": 0.098}),
)
