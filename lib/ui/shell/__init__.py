"""What every page shares: the frame, the sidebar, banners, and the scheduler of draws."""
