"""What an interval is in this program."""

from scipy.special import ndtri

INTERVAL = (0.05, 0.95)  # the 90 % interval that every number shows
SHARE = INTERVAL[1] - INTERVAL[0]
HALF_WIDTH = float(ndtri(INTERVAL[1]))  # standard deviations of a normal from its mean to the ends of that interval
