"""The pages of the inspector, one per step of the road."""
