"""How the cat/dog network is made: data, training, export, evaluation; the server only reads the files."""
