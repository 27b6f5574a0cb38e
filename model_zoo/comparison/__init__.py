"""What is said of the four models, and whether it holds on this machine.

`table` has the rows: the comparison table, and the papers' figures. A row's check looks at the
`evidence` and finds, for every model, an outcome and the facts behind it; no `verdict` is written
down anywhere. What the facts are in words is up to who shows them.
"""
