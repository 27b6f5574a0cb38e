"""How the models were trained: data, recipes, and the folders that come of them."""
