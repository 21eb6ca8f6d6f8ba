"""The way in: takes submissions from downloads, folders and the exchange, and names all that was not taken."""
