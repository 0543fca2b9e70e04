"""What a measurement says of the inputs: a posterior, its fit, and what the measurement cannot tell."""
