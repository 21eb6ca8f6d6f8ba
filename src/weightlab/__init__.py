"""A small neural-network library that you write yourself, one chapter at a time."""
