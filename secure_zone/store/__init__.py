"""The data area: immutable versions of datasets as encrypted Parquet, each with a sealed manifest."""
