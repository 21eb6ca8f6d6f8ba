"""Builds the course's site: pages to read, and the whole course in a browser, with no server behind either."""
