"""How doubt in the inputs becomes doubt in the answers."""
