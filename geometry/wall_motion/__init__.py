"""How the wall of a heart moves over the beat, from the labels of a cine."""
