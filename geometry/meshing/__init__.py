"""From labels and surfaces to tetrahedra: the shapes of ventricles and blood, and the lattice that fills them."""
