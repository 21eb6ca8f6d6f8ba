"""The class in one page."""
