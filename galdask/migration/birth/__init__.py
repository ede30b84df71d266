"""Where stars were born: for every star of a catalogue, from its [Fe/H] and its age."""
