"""Languages: the catalogues in `locale/`, translating, and dates and numbers as a language writes them."""
