"""How lumbar thinks; knows no medicine. Each room says in its first line what it is for."""
