"""Where cases come in and answers go out."""
