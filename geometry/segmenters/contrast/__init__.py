"""The steps of the contrast CT method: bright blood, its compartments, the left ventricle, the aorta above it."""
