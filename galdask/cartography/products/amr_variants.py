"""The age-metallicity relation across the disk of other samples, beside that of the main sample."""

from __future__ import annotations

from galdask.cartography import zones
from galdask.cartography.variants import Again

PRODUCT = Again("amr_variants", "amr").product(
    title="Age-metallicity relation across the disk, of other samples",
    figure="Figure A.6",
    caption=(
        "The age-metallicity relation of (a) the main sample and (b) test sample A of higher surface gravity."
        " Stars by log10 age, older to the left, and [Fe/H], coloured by [Mg/Fe]."
        f" {zones.CAPTION} Black squares are medians in bins of log10 age, bars the standard deviation of"
        " [Fe/H] in them. In the corner: the number of stars with an age, and what part of the zone's stars"
        " they are; below it the median +-1 sigma error of a star. A fair sample of the stars is shown. Bins"
        " are those of amr."
    ),
    default=("A",),
)
