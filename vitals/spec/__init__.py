"""Model files: the schema, and reading it."""

from vitals.spec.load import Loaded, load_model, load_models, load_policy
from vitals.spec.model import Model
from vitals.spec.schema import schema

__all__ = ["Loaded", "Model", "load_model", "load_models", "load_policy", "schema"]
