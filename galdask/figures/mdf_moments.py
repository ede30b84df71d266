"""The shape of the metallicity distribution against R (Imig et al. 2023, Figure 19)."""

from galdask.figures import shapes, style

draw = style.styled(shapes.draw)
