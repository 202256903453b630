"""The offline HTML report (Chinese) that goes into every bundle."""
