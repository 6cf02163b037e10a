"""What somebody shows to others: people here, or whoever has a link."""
