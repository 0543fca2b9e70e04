"""Pieces of the O'Hara-Rudy family's equations that its models share, as text of a ``Cell`` (doi 10.1371/journal.pcbi.1002061)."""

GEOMETRY = {
    "R": 8314.0,  # J/(kmol K)
    "T": 310.0,  # K
    "F": 96485.0,  # C/mol
    "A_cap": 1.5335760e-4,  # cm2, twice the geometric surface of a cylinder 100 x 22 um, with pi = 3.14 as published
    "V_myo": 2.5835920e-5,  # volumes in uL
    "V_nsr": 2.0972688e-6,
    "V_jsr": 1.8237120e-7,
    "V_ss": 7.5988e-7,
}

KINASE = """
CaMKb = 0.05 * (1 - CaMKt) / (1 + 0.0015 / Ca_ss)
CaMKa = CaMKb + CaMKt
phosphorylated = 1 / (1 + 0.15 / CaMKa)
"""

REVERSAL = """
VFRT_raw = V * F / (R * T)
# x/(exp(x)-1) has its removable singularity at 0 mV: step over it
VFRT = select(square(VFRT_raw) < 1e-14, 1e-7, VFRT_raw)
exp_V = exp(VFRT)
exp_2V = square(exp_V)
E_Na = R * T / F * log(Na_o / Na_i)
E_K = R * T / F * log(K_o / K_i)
E_Ks = R * T / F * log((K_o + 0.01833 * Na_o) / (K_i + 0.01833 * Na_i))
"""

TRANSIENT_OUTWARD = """
# transient outward
a_inf = 1 / (1 + exp((14.34 - V) / 14.82))
tau_a = 1.0515 / (1 / (1.2089 * (1 + exp((18.4099 - V) / 29.3814))) + 3.5 / (1 + exp((V + 100) / 29.3814)))
ap_inf = 1 / (1 + exp((24.34 - V) / 14.82))
tau_ap = tau_a
iF_inf = 1 / (1 + exp((V + 43.94) / 5.711))
iS_inf = iF_inf
iFp_inf = iF_inf
iSp_inf = iF_inf
delta_epi = 1 - epi * 0.95 / (1 + exp((V + 70) / 5))
tau_iF = delta_epi * (4.562 + 1 / (0.3933 * exp(-(V + 100) / 100) + 0.08004 * exp((V + 50) / 16.59)))
tau_iS = delta_epi * (23.62 + 1 / (0.001416 * exp(-(V + 96.52) / 59.05) + 1.78e-8 * exp((V + 114.1) / 8.079)))
develop = 1.354 + 1e-4 / (exp((V - 167.4) / 15.89) + exp((12.23 - V) / 0.2154))
recover = 1 - 0.5 / (1 + exp((V + 70) / 20))
tau_iFp = develop * recover * tau_iF
tau_iSp = develop * recover * tau_iS
A_iF = 1 / (1 + exp((V - 213.6) / 151.2))
to_open = (1 - phosphorylated) * a * (A_iF * iF + (1 - A_iF) * iS)
i_to = g_to * (V - E_K) * (to_open + phosphorylated * ap * (A_iF * iFp + (1 - A_iF) * iSp))
"""

LATE_SODIUM = """
# late sodium
mL_inf = 1 / (1 + exp(-(V + 42.85) / 5.264))
tau_mL = tau_m
hL_inf = 1 / (1 + exp((V + 87.61) / 7.488))
tau_hL = 200
hLp_inf = 1 / (1 + exp((V + 93.81) / 7.488))
tau_hLp = 600
i_NaL = g_NaL * (V - E_Na) * mL * ((1 - phosphorylated) * hL + phosphorylated * hLp)
"""

CALCIUM_GATES = """
# inactivation of the L-type current
ff_inf = 1 / (1 + exp((V + 19.58) / 3.696))
tau_ff = 7 + 1 / (0.0045 * exp(-(V + 20) / 10) + 0.0045 * exp((V + 20) / 10))
fs_inf = ff_inf
tau_fs = 1000 + 1 / (0.000035 * exp(-(V + 5) / 4) + 0.000035 * exp((V + 5) / 6))
fcaf_inf = ff_inf
tau_fcaf = 7 + 1 / (0.04 * exp((4 - V) / 7) + 0.04 * exp((V - 4) / 7))
fcas_inf = ff_inf
tau_fcas = 100 + 1 / (0.00012 * exp(-V / 3) + 0.00012 * exp(V / 7))
ffp_inf = ff_inf
tau_ffp = 2.5 * tau_ff
fcafp_inf = ff_inf
tau_fcafp = 2.5 * tau_fcaf
tau_jca = 75
A_fcaf = 0.3 + 0.6 / (1 + exp((V - 10) / 10))
f = 0.6 * ff + 0.4 * fs
fp = 0.6 * ffp + 0.4 * fs
fca = A_fcaf * fcaf + (1 - A_fcaf) * fcas
fcap = A_fcaf * fcafp + (1 - A_fcaf) * fcas
"""

SLOW_RECTIFIER = """
# slow delayed rectifier
xs1_inf = 1 / (1 + exp(-(V + 11.6) / 8.932))
tau_xs1 = 817.3 + 1 / (2.326e-4 * exp((V + 48.28) / 17.8) + 0.001292 * exp(-(V + 210) / 230))
xs2_inf = xs1_inf
tau_xs2 = 1 / (0.01 * exp((V - 50) / 20) + 0.0193 * exp(-(V + 66.54) / 31))
KsCa = 1 + 0.6 / (1 + exp(1.4 * log(3.8e-5 / Ca_i)))
i_Ks = g_Ks * KsCa * xs1 * xs2 * (V - E_Ks)
"""

_EXCHANGER_SITE = """
h1_SITE = 1 + Na_SITE / 88.12 * (1 + h_na)
h2_SITE = Na_SITE * h_na / (88.12 * h1_SITE)
h4_SITE = 1 + Na_SITE / 15 * (1 + Na_SITE / 5)
k4pp_SITE = h2_SITE * 5000
k4_SITE = 6e4 / (h1_SITE * h_ca) + k4pp_SITE
k6_SITE = Ca_SITE * 1.5e6 / h4_SITE
k7_SITE = square(Na_SITE) / (h4_SITE * 75) * h2_SITE * 6e4
x1_SITE = 5000 * k4_SITE * (k7_SITE + k6_SITE) + 5000 * k7_SITE * (5000 + k3_x)
x2_SITE = k1_x * k7_SITE * (k4_SITE + 5000) + k4_SITE * k6_SITE * (k1_x + k8_x)
x3_SITE = k1_x * k3_x * (k7_SITE + k6_SITE) + k8_x * k6_SITE * (5000 + k3_x)
x4_SITE = 5000 * k8_x * (k4_SITE + 5000) + k3_x * 5000 * (k1_x + k8_x)
Na_flux_SITE = 3 * (x4_SITE * k7_SITE - x1_SITE * k8_x) + x3_SITE * k4pp_SITE - x2_SITE * k3pp_x
Ca_flux_SITE = x2_SITE * 5000 - x1_SITE * k1_x
net_SITE = (Na_flux_SITE + 2 * Ca_flux_SITE) / (x1_SITE + x2_SITE + x3_SITE + x4_SITE)
i_NaCa_SITE = SHARE * g_NaCa / (1 + square(1.5e-4 / Ca_SITE)) * net_SITE
"""


def exchanger(share_ss: float) -> str:
    """Sodium-calcium exchanger of both spaces; ``share_ss`` of it sits in the subspace."""
    common = """
# sodium-calcium exchanger
h_ca = exp(0.167 * VFRT)
h_na = exp(0.5224 * VFRT)
h7_x = 1 + Na_o / 88.12 * (1 + 1 / h_na)
h8_x = Na_o / (88.12 * h_na * h7_x)
h10_x = 13.5 + Na_o / 15 * (1 + Na_o / 5)
k1_x = Ca_o * 1.5e6 / h10_x
k3pp_x = h8_x * 5000
k3_x = 6e4 / h7_x + k3pp_x
k8_x = h8_x * square(Na_o) / (h10_x * 75) * 6e4
"""
    sites = (("i", 1.0 - share_ss), ("ss", share_ss))
    return common + "".join(_EXCHANGER_SITE.replace("SITE", site).replace("SHARE", f"{part:g}") for site, part in sites)


PUMP = """
# sodium-potassium pump
ratio_Na_i = Na_i / (9.073 * exp(-0.155 * VFRT / 3))
ratio_Na_o = Na_o / (27.78 * exp(1.155 * VFRT / 3))
ratio_K_i = K_i / 0.5
ratio_K_o = K_o / 0.3582
P_pump = 4.2 / (1 + 1e-7 / 1.698e-7 + Na_i / 224 + K_i / 292)
more_Na_i = 1 + ratio_Na_i
more_Na_o = 1 + ratio_Na_o
inside = more_Na_i * square(more_Na_i) + square(1 + ratio_K_i) - 1
outside = more_Na_o * square(more_Na_o) + square(1 + ratio_K_o) - 1
a1_p = 949.5 * ratio_Na_i * square(ratio_Na_i) / inside
b1_p = 182.4 * 0.05
a2_p = 687.2
b2_p = 39.4 * ratio_Na_o * square(ratio_Na_o) / outside
a3_p = 1899 * square(ratio_K_o) / outside
b3_p = 79300 * P_pump * 1e-7 / (1 + 9.8 / 1.698e-7)
a4_p = 639 * (9.8 / 1.698e-7) / (1 + 9.8 / 1.698e-7)
b4_p = 40 * square(ratio_K_i) / inside
x1_p = a4_p * a1_p * a2_p + b2_p * b4_p * b3_p + a2_p * b4_p * b3_p + b3_p * a1_p * a2_p
x2_p = b2_p * b1_p * b4_p + a1_p * a2_p * a3_p + a3_p * b1_p * b4_p + a2_p * a3_p * b4_p
x3_p = a2_p * a3_p * a4_p + b3_p * b2_p * b1_p + b2_p * b1_p * a4_p + a3_p * a4_p * b1_p
x4_p = b4_p * b3_p * b2_p + a3_p * a4_p * a1_p + b2_p * a4_p * a1_p + b3_p * b2_p * a1_p
pump_flux = 3 * (x1_p * a3_p - x2_p * b3_p) + 2 * (x4_p * b1_p - x3_p * a1_p)
i_NaK = P_NaK * pump_flux / (x1_p + x2_p + x3_p + x4_p)
"""


def release(drive: str, half: float) -> str:
    """Calcium released by the store: driven by the current ``drive``, half at ``half`` mM in the junctional store."""
    return f"""
# calcium release, uptake and transfer
load = square(square(square({half:g} / Ca_jsr)))
Jrelnp_inf = -0.5 * 4.75 * rel_scale * {drive} / (1 + load)
tau_rel = 4.75 / (1 + 0.0123 / Ca_jsr)
tau_Jrelnp = select(tau_rel < 0.001, 0.001, tau_rel)
Jrelp_inf = 1.25 * Jrelnp_inf
tau_Jrelp = select(1.25 * tau_rel < 0.001, 0.001, 1.25 * tau_rel)
"""


BUFFERS = """
free_i = 1 / (1 + cmdn * 0.00238 / square(0.00238 + Ca_i) + 0.07 * 0.0005 / square(0.0005 + Ca_i))
free_ss = 1 / (1 + 0.047 * 0.00087 / square(0.00087 + Ca_ss) + 1.124 * 0.0087 / square(0.0087 + Ca_ss))
free_jsr = 1 / (1 + 10 * 0.8 / square(0.8 + Ca_jsr))
J_Na = (Na_ss - Na_i) / 2
J_K = (K_ss - K_i) / 2
J_Ca = (Ca_ss - Ca_i) / 0.2
to_myo = A_cap / (F * V_myo)
to_ss = A_cap / (F * V_ss)
"""

# factors on the endocardial cell's parameters (O'Hara 2011, table of transmural differences; Tomek 2019 the same but for two)
EPI_FACTORS = {
    "g_NaL": 0.6,
    "g_to": 4.0,
    "P_CaL": 1.2,
    "g_Kr": 1.3,
    "g_Ks": 1.4,
    "g_K1": 1.2,
    "g_NaCa": 1.1,
    "P_NaK": 0.9,
    "g_Kb": 0.6,
    "up_scale": 1.3,
    "cmdn": 1.3,
}
M_FACTORS = {
    "g_to": 4.0,
    "P_CaL": 2.5,
    "g_Kr": 0.8,
    "g_K1": 1.3,
    "g_NaCa": 1.4,
    "P_NaK": 0.7,
    "rel_scale": 1.7,
}


def scaled(parameters: dict[str, float], factors: dict[str, float]) -> dict[str, float]:
    """The parameters with those factors applied."""
    return {name: value * factors.get(name, 1.0) for name, value in parameters.items()}
