"""From images to meshes: import, segmentation, surfaces, tetrahedra, measures. No Qt, no solver, no MPI."""
