"""Judging: a fold over what was observed; reads no source and no clock."""
