"""Commands over bills and what is stored of them."""
