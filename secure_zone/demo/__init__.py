"""A synthetic zone to look at and to test with: invented people, and data that is about nobody."""
