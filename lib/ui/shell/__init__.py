"""What every page shares: the layout, the sidebar, banners, and the scheduler of draws."""
