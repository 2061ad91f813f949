"""The nouns of callcontrol and their arithmetic: pure values, importing nothing of ours."""
