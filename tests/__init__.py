"""The project's tests: they mirror the code, and use the course as people do."""
