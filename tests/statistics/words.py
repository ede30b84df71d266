"""What the page of a calibration says around its tables."""

HEAD = """\
# Calibration: do the stated errors hold, and what do measurement errors do?

Written by the tests in tests/statistics that are marked `long` (`make test-long`): each family writes its
piece, which says when it was made and at which commit, and joins the page. `docs/errors.md` says which errors
each product has and what they leave out.

**What was run.** Mocks of {stars:,} stars that pass the cuts (seeds {first} to {last}), and an independent
one {times} times larger (seed {seed}). The plan, requests and `finish` are those of
`pipelines/two_disks.yaml`; blocks of stars go through map and finalize of the real reductions. A pull is
(estimate - truth) / error. Pooled pulls must have a mean within +-{mean} and a standard deviation of {low}
to {high}; one mock, judged by the sum of squared pulls of its low-alpha and high-alpha bins (they share no
star), must have p > {p}. Pools of fewer than 400 pulls (twenty bins of twenty seeds) are shown and not
judged; where a product has few bins, the mock of each seed is made of several samples.

**Bias.** Measured minus true values of the very same 6.6 million stars, in stated errors of one sample.
`places`, `labels`, `populations`: the bias where only positions, only abundances and ages, only the
classification is measured and the rest is true; `rest` is what the three together do not explain; `few
stars` is the mean over the samples minus the value of all their stars together.

**Truth of running medians.** A window of 200 stars in a sample {times} times denser is {times} times
narrower: a line through such windows has another slope (column `200-star windows`, in stated errors). So
windows grow with the sample, 20,000 stars in steps of 10,000 (`wide`). What is left is the phase of the
last window: the outermost stars, up to half a window, belong to none, and how many follows a saw-tooth in
the number of stars. That last window has the longest lever: one phase differs from the mean over phases by
up to 1.3 errors (column `wide`). The main truth is therefore the mean slope of the {times} samples of
{stars:,} stars that the large mock consists of; the pools against `wide` stand beside it. Lines through
stars and medians in cells need no such care. Against the one phase of `wide` the pool of all bins must hold;
the pool of a single population need not, and is shown.

**Which bins.** Bins where each of the {times} samples has a line (three windows), through at least {fewest}
stars on average.
"""

LEGEND = """\
In the tables of bins, slopes and errors are in 0.001 dex/kpc and everything else is in stated errors of one
mock. `wide` and `200-star windows` are those slopes minus the truth. `bias` is measured minus true on the
very same 6.6 million stars (known to 0.1 for profiles, 0.07 for stars). Its parts are found with only some
columns measured: `places` R and |Z|, `radii` R alone, `heights` |Z| alone, `labels` the abundances,
`populations` the classification by abundances.
"""

READING = """\
## Reading

*Errors hold.* Bootstrap errors of slopes and Maritz-Jarrett errors of medians have the right size in every
family. The textbook error of a line through running medians does not: windows overlap by half and the
profile is not straight, so it is too small where windows are few and too large where a bent profile has
many. Families and populations share stars and the truth, so their mean pulls move together; a mean of eight
bins and twenty seeds has a scatter of about 0.09.

*Few stars.* Medians of fewer than 10 stars have the right errors on average but pulls with a wide wing, as
Student's t has: an error from three stars is itself uncertain by half. Between 64 and 69 per cent of the
pulls from three to nine stars are within one error (Student's t with two degrees of freedom: 58), so there is
nothing to correct; a factor that makes the standard deviation 1 would make nearly all errors too large. The
wing is widest where two populations make the distribution double-peaked ([Mg/Fe] of `total`). So pools are
judged from 10 stars on, lines through cells take cells from 10 stars on, and a map's `min_n` can leave the
others out.

*Bias of the other families.* Vertical slopes are flatter by distances, far out most; slopes by age become
alike, and their trend smaller, because errors of age mix the bins; distributions of age are wider and more
lopsided by the same errors. `docs/errors.md` gives the numbers.

*Bias of slopes.* A stated error knows of the sampling of stars, not of errors in their distances. Only
distances matter: `places` alone gives the bias of every bin to 0.3 errors, and abundances (`labels`) and
the classification (`populations`) are small. In the plane and beyond 7 kpc slopes come out flatter because
R has an error: regression dilution. The factor that it predicts from the errors of R alone, cov(true R,
measured R) / var(measured R), agrees with the one found for lines through low-alpha stars (table above).
Above the plane a second part enters with the other sign, `heights`: errors of distance move stars between
bins of |Z|, most at large R, and the gradient differs from bin to bin. Both are properties of the
catalogue's distances (8.5 per cent here): they do not shrink with the number of stars, and in the plane
they are two to three stated errors of a sample of this size (2 to 3 per cent of the slope).

*Bias of medians.* Nineteen of twenty cells of abundance are within 0.3 errors; the rest is due to distances
(`places`: stars of other radii enter a cell, most where the density falls steeply). Ages have a scatter of
0.15 dex about a lopsided distribution, whose median it moves to the young side (`labels`). What is left
after both parts is within 0.3 errors in more than 99 of 100 cells.
"""
