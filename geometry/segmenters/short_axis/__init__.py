"""The steps of the cine short-axis method: a window, a trained network, the heart located and put together."""
