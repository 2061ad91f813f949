"""Stories: who calls whom, what the phones do, and what must be seen, heard, recorded and charged. StoryResult in YAML,
played on the simulator and, word for word, on a real FreeSWITCH.
"""
