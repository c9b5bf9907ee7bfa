"""The figures of the study, one module each.

A figure module has ``table(...)``, which computes the numbers that the figure shows,
and ``draw(table, style)``, which draws that table alone. Constants at its top say what
else belongs to the figure; ``catalogue`` reads them. Other modules hold what several
figures share. Figures do not import each other: an edit of one redraws no other.
"""
