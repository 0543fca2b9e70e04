"""Two synthetic patients with their truth, and the seeded generator that makes them."""
