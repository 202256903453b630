"""Page → facts: items, dates, blank or not, text in pictures, tables, links."""
