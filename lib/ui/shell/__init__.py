"""What every page stands in: the frame, the sidebar, banners, and whose turn it is to draw."""
