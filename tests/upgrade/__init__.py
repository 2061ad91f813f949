"""This version reads the data that earlier versions left behind."""
