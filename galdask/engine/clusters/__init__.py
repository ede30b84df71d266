"""How each kind of cluster is started and shown: one module a kind, the same two functions in each."""
