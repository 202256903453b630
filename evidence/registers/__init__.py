"""The registries' exports (报送系统导出表): read as a person fetched them, compared with each other and with the targets.

`spreadsheet` gives cells, `headings` finds the columns, `register` makes entries of rows, `reconcile` compares,
`standing` says what registers tell of one target, `sampling` draws from a frame so that anyone can draw it again.
"""
