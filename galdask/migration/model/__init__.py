"""The density of the low-alpha disk in age, [Fe/H] and actions: one factor a module."""
