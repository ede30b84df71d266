"""The shape of the age distribution against R (numbers to Imig et al. 2023, Figure 22)."""

from galdask.figures import shapes, style

draw = style.styled(shapes.draw)
