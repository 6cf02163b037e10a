"""What commands do with a whole database: copy it, move it, examine it, keep the app away from it."""
