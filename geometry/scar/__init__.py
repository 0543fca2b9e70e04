"""Scar and border zone on late gadolinium enhancement, under every published rule side by side."""
