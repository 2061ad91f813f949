"""Money: price lists, what a leg costs and why, records. Pure; never imports control."""
