"""Is an arrhythmia inducible: programmed stimulation, phase singularities, cycle length, exit sites, substrate maps."""
