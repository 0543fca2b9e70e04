"""From labels and surfaces to tetrahedra: the shapes of ventricles and blood, and the lattice that fills them."""

USUAL_EDGES = {"MR": 1.5, "CT": 2.4}  # mm, by the modality of the scan
