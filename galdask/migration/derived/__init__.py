"""What a set of parameters says about the disk: the numbers of section 6 of Frankel et al. 2020."""
