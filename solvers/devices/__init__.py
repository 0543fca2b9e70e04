"""Devices that are tried on a twin: what they are, how they fit and what they change."""
