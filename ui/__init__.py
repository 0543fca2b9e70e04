"""The window: pages, views and plots. No physics and no file formats."""
