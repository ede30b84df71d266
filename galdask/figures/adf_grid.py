"""The age distribution in rows of R (Imig et al. 2023, Figure 22)."""

from galdask.figures import rows_of_r, style

draw = style.styled(rows_of_r.draw)
