"""Everything that solves an equation: fibres, cells, electrophysiology, flow, uncertainty, verification. No Qt."""
