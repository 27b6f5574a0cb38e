"""The page Start here: a guided tour made of the other pages' pictures."""
