"""Human atrial cell of Courtemanche, Ramirez and Nattel 1998, doi 10.1152/ajpheart.1998.275.1.H301."""

from solvers.cells.cell import Cell

_PARAMETERS = {
    "R": 8314.3,  # J/(kmol K)
    "T": 310.0,  # K
    "F": 96486.7,  # C/mol
    "C_m": 0.1,  # nF, only in the concentrations
    "V_i": 0.013668,  # volumes in nL
    "V_up": 0.00110952,
    "V_rel": 0.00009648,
    "K_o": 5.4,  # mM
    "Na_o": 140.0,
    "Ca_o": 1.8,
    "g_Na": 7.8,  # nS/pF
    "g_K1": 0.09,
    "g_to": 0.1652,
    "g_Kur": 1.0,  # factor on the voltage dependent conductance
    "g_Kr": 0.029411765,
    "g_Ks": 0.12941176,
    "g_CaL": 0.12375,
    "g_bNa": 0.0006744375,
    "g_bCa": 0.001131,
    "P_NaK": 0.59933874,  # pA/pF
    "k_NaCa": 1600.0,
    "g_pCa": 0.275,
    "k_rel": 30.0,  # 1/ms
    "Vmax_up": 0.005,  # mM/ms
    "tau_tr": 180.0,  # ms
}

_EQUATIONS = """
RTF = R * T / F
E_Na = RTF * log(Na_o / Na_i)
E_K = RTF * log(K_o / K_i)
E_Ca = 0.5 * RTF * log(Ca_o / Ca_i)

# fast sodium. x/(1-exp(-x)) and the like have removable singularities: each is stepped over
u_m_raw = 0.1 * (V + 47.13)
u_m = select(square(u_m_raw) < 1e-12, 1e-6, u_m_raw)
alpha_m = 3.2 * u_m / (1 - exp(-u_m))
beta_m = 0.08 * exp(-V / 11)
tau_m = 1 / (alpha_m + beta_m)
m_inf = alpha_m * tau_m
alpha_h = select(V < -40, 0.135 * exp(-(V + 80) / 6.8), 0)
beta_h_low = 3.56 * exp(0.079 * V) + 3.1e5 * exp(0.35 * V)
beta_h = select(V < -40, beta_h_low, 1 / (0.13 * (1 + exp(-(V + 10.66) / 11.1))))
tau_h = 1 / (alpha_h + beta_h)
h_inf = alpha_h * tau_h
alpha_j_low = (-127140 * exp(0.2444 * V) - 3.474e-5 * exp(-0.04391 * V)) * (V + 37.78) / (1 + exp(0.311 * (V + 79.23)))
alpha_j = select(V < -40, alpha_j_low, 0)
beta_j_low = 0.1212 * exp(-0.01052 * V) / (1 + exp(-0.1378 * (V + 40.14)))
beta_j = select(V < -40, beta_j_low, 0.3 * exp(-2.535e-7 * V) / (1 + exp(-0.1 * (V + 32))))
tau_j = 1 / (alpha_j + beta_j)
j_inf = alpha_j * tau_j
i_Na = g_Na * m * m * m * h * j * (V - E_Na)

# inward rectifier and transient outward
i_K1 = g_K1 * (V - E_K) / (1 + exp(0.07 * (V + 80)))
alpha_oa = 0.65 / (exp(-(V + 10) / 8.5) + exp(-(V - 30) / 59))
beta_oa = 0.65 / (2.5 + exp((V + 82) / 17))
tau_oa = 1 / (3 * (alpha_oa + beta_oa))
oa_inf = 1 / (1 + exp(-(V + 20.47) / 17.54))
tau_oi = 1 / (3 * (1 / (18.53 + exp((V + 113.7) / 10.95)) + 1 / (35.56 + exp(-(V + 1.26) / 7.44))))
oi_inf = 1 / (1 + exp((V + 43.1) / 5.3))
i_to = g_to * oa * oa * oa * oi * (V - E_K)

# ultrarapid, rapid and slow delayed rectifier
tau_ua = tau_oa
ua_inf = 1 / (1 + exp(-(V + 30.3) / 9.6))
tau_ui = 1 / (3 * (1 / (21 + exp(-(V - 185) / 28)) + exp((V - 158) / 16)))
ui_inf = 1 / (1 + exp((V - 99.45) / 27.48))
i_Kur = g_Kur * (0.005 + 0.05 / (1 + exp(-(V - 15) / 13))) * ua * ua * ua * ui * (V - E_K)
u_r_raw = (V + 14.1) / 5
u_r = select(square(u_r_raw) < 1e-12, 1e-6, u_r_raw)
w_r_raw = (V - 3.3328) / 5.1237
w_r = select(square(w_r_raw) < 1e-12, 1e-6, w_r_raw)
tau_xr = 1 / (0.0015 * u_r / (1 - exp(-u_r)) + 7.3898e-5 * 5.1237 * w_r / (exp(w_r) - 1))
xr_inf = 1 / (1 + exp(-(V + 14.1) / 6.5))
i_Kr = g_Kr * xr * (V - E_K) / (1 + exp((V + 15) / 22.4))
u_s_raw = V - 19.9
u_s = select(square(u_s_raw) < 1e-12, 1e-6, u_s_raw)
tau_xs = 0.5 / (4e-5 * u_s / (1 - exp(-u_s / 17)) + 3.5e-5 * u_s / (exp(u_s / 9) - 1))
xs_inf = 1 / sqrt(1 + exp(-(V - 19.9) / 12.7))
i_Ks = g_Ks * square(xs) * (V - E_K)

# L-type calcium
u_d_raw = (V + 10) / 6.24
u_d = select(square(u_d_raw) < 1e-12, 1e-6, u_d_raw)
tau_d = (1 - exp(-u_d)) / (0.035 * 6.24 * u_d * (1 + exp(-u_d)))
d_inf = 1 / (1 + exp(-(V + 10) / 8))
tau_f = 9 / (0.0197 * exp(-square(0.0337 * (V + 10))) + 0.02)
f_inf = 1 / (1 + exp((V + 28) / 6.9))
tau_fCa = 2
fCa_inf = 1 / (1 + Ca_i / 0.00035)
i_CaL = g_CaL * d * f * fCa * (V - 65)

# background, pumps, exchanger
i_bNa = g_bNa * (V - E_Na)
i_bCa = g_bCa * (V - E_Ca)
sigma = (exp(Na_o / 67.3) - 1) / 7
f_NaK = 1 / (1 + 0.1245 * exp(-0.1 * V / RTF) + 0.0365 * sigma * exp(-V / RTF))
i_NaK = P_NaK * f_NaK / (1 + exp(1.5 * log(10 / Na_i))) * K_o / (K_o + 1.5)
i_pCa = g_pCa * Ca_i / (0.0005 + Ca_i)
exp_back = exp(-0.65 * V / RTF)
NaCa_up = exp(0.35 * V / RTF) * Na_i * Na_i * Na_i * Ca_o - exp_back * Na_o * Na_o * Na_o * Ca_i
i_NaCa = k_NaCa * NaCa_up / ((669921.875 + Na_o * Na_o * Na_o) * (1.38 + Ca_o) * (1 + 0.1 * exp_back))

# calcium stores
i_rel = k_rel * square(u) * v * w * (Ca_rel - Ca_i)
# trigger flux in 1e-15 mmol/ms: 0.09648 is the release volume in 1e-12 L, 0.1/(2F) the membrane's charge
Fn = 96.48 * i_rel - 1e6 * C_m / (2 * F) * (500 * i_CaL - 200 * i_NaCa)
tau_u = 8
u_inf = 1 / (1 + exp(-(Fn - 341.75) / 1.367))
tau_v = 1.91 + 2.09 * u_inf
v_inf = 1 - 1 / (1 + exp(-(Fn - 68.35) / 1.367))
u_w_raw = (V - 7.9) / 5
u_w = select(square(u_w_raw) < 1e-12, 1e-6, u_w_raw)
tau_w = 6 * (1 - exp(-u_w)) / ((1 + 0.3 * exp(-u_w)) * 5 * u_w)
w_inf = 1 - 1 / (1 + exp(-(V - 40) / 17))
i_up = Vmax_up / (1 + 0.00092 / Ca_i)
i_leak = Vmax_up * Ca_up / 15
i_tr = (Ca_up - Ca_rel) / tau_tr
free_i = 1 / (1 + 0.07 * 0.0005 / square(Ca_i + 0.0005) + 0.05 * 0.00238 / square(Ca_i + 0.00238))
free_rel = 1 / (1 + 10 * 0.8 / square(Ca_rel + 0.8))
to_mM = C_m / (V_i * F)
i_K = i_K1 + i_to + i_Kur + i_Kr + i_Ks
i_ion = i_K + i_Na + i_bNa + i_bCa + i_NaK + i_pCa + i_NaCa + i_CaL
"""

_RATES = {
    "V": "stimulus - i_ion",
    "Na_i": "-(3 * i_NaK + 3 * i_NaCa + i_bNa + i_Na) * to_mM",
    "K_i": "(2 * i_NaK - i_K + stimulus) * to_mM",
    "Ca_i": "free_i * ((2 * i_NaCa - i_pCa - i_CaL - i_bCa) * to_mM / 2 + (V_up * (i_leak - i_up) + i_rel * V_rel) / V_i)",
    "Ca_up": "i_up - i_leak - i_tr * V_rel / V_up",
    "Ca_rel": "free_rel * (i_tr - i_rel)",
}

# Initial values of the paper's table.
_STATES = {
    "V": -81.18,
    "Na_i": 11.17,
    "K_i": 139.0,
    "Ca_i": 1.013e-4,
    "Ca_up": 1.488,
    "Ca_rel": 1.488,
    "m": 2.908e-3,
    "h": 0.9649,
    "j": 0.9775,
    "oa": 0.03043,
    "oi": 0.9992,
    "ua": 4.966e-3,
    "ui": 0.9986,
    "xr": 3.296e-5,
    "xs": 0.01869,
    "d": 1.367e-4,
    "f": 0.9996,
    "fCa": 0.7755,
    "u": 0.0,
    "v": 1.0,
    "w": 0.9992,
}

CELLS = (
    Cell(
        name="courtemanche_1998",
        title="Courtemanche 1998, human atrium",
        source="10.1152/ajpheart.1998.275.1.H301",
        chamber="atrium",
        states=_STATES,
        parameters=_PARAMETERS,
        equations=_EQUATIONS,
        gates=("m", "h", "j", "oa", "oi", "ua", "ui", "xr", "xs", "d", "f", "fCa", "u", "v", "w"),
        rates=_RATES,
        notes="Healthy working atrium at 37 C. Its sodium and potassium drift over many minutes of pacing, as published.",
        stimulus=(20.0, 2.0),
    ),
)
