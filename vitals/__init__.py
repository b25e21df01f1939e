"""Vitals: symptom-first monitoring of machine-learning models."""
