"""Who is in a class: rosters, and the lists that learning platforms export."""
