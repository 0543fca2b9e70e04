"""The steps of the contrast CT method: place, blood, compartments, parts of the left heart, valves, wall, doubt."""
