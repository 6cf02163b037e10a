"""Small parts that every screen uses, and that know no screen: buttons, figures, charts, links."""
