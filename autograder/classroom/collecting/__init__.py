"""Collecting: takes submissions from downloads, folders and the exchange, and lists everything that was not taken."""
