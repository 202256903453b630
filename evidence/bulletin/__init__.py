"""Periods of inspection (检查期), the letters before a bulletin (核实函、预警) and the bulletin (通报) with its annexes.

`frame` says who is inspected, `period` and `book` what was frozen and decided since, `outcome` how each ends, `figures`
what they add up to; nothing here decides what a person must.
"""
