"""How long things are kept, and how somebody takes theirs along."""
