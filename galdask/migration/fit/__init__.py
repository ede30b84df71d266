"""From stars and a survey to the likelihood of parameters."""
