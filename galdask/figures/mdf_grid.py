"""The metallicity distribution in rows of R (Imig et al. 2023, Figure 18)."""

from galdask.figures import rows_of_r, style

draw = style.styled(rows_of_r.draw)
