"""Floor 3: where a call goes next. Pure: facts in, decisions out."""
