"""Right or wrong, and in which words."""
