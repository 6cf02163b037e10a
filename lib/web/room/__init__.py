"""`/room/<token>`: a comparison on the phones of an audience."""
