"""Model files: the schema, and reading it."""

from vitals.spec.model import Model

__all__ = ["Model"]
