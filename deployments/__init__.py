"""How Vitals is run: model files, the terminal, registration."""
