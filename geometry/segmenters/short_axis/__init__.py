"""The steps of the cine short-axis method: locate, model intensities, find the walls, bound the stack, find the RV."""
