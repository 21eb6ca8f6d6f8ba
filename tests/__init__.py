"""The project's tests, which mirror the code and use the course as people do."""
