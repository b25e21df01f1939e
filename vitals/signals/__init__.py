"""What is measured about a day, one file per family; how it is judged is not known here."""
