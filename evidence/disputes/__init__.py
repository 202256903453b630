"""Disputes: a unit's objection to a published finding, what can be looked up about it, a person's ruling, the sealed answer.

form.py is the sheet a unit fills in; opening.py takes it in and finds it again; sheet.py looks up what the answer rests on
(nights.py, now.py, editions.py, pictures.py); letter.py says it in words; ruling.py ends it.
"""
