"""National identity numbers: whether they can be true, and what they say. Pure: reads, writes and keeps nothing."""
