"""Face-on median ages in slices of height above the plane (Imig et al. 2023, Figure 7)."""

from galdask.figures.feh_slices import draw

__all__ = ["draw"]
