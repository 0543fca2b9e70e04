"""Where things are in a heart and which way its fibres run."""
