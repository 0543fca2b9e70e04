"""Drugs: what they block and bind (``cipa.csv``), block from concentration, and markers of what they do to a beat."""
