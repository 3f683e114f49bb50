"""The fields of a body or an answer, from their schema in the API's description: dotted names, types in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.web.language import Say

Schema = Mapping[str, Any]
Document = Mapping[str, Any]
NULL = {"type": "null"}


@dataclass(frozen=True)
class Field:
    """A field: its dotted name, in which `[]` is every entry of a list and `*` every name of an object."""

    name: str
    schema: Schema
    required: bool

    @property
    def default(self) -> str:
        """The default as a program writes it; empty where there is none."""
        default = self.schema.get("default")
        return "" if default is None else str(default)


def fields_of(document: Document, schema: Schema, before: str = "") -> Iterator[Field]:
    """Every field, each before those inside of it."""
    found = resolved(document, schema)
    for name, field in found.get("properties", {}).items():
        yield Field(before + name, field, name in found.get("required", ()))
        inside, signs = _inside(document, field)
        yield from fields_of(document, inside, f"{before}{name}{signs}.")


def description_of(document: Document, schema: Schema) -> str:
    """A field's own description, else that of the model inside."""
    own = schema.get("description") or _inside(document, schema)[0].get("description", "")
    return str(own)


def type_of(document: Document, schema: Schema, say: Say, *, many: bool = False) -> str:
    """A type in a few words: `integer 8..2048`, `keep | crop`, `list of 3 numbers`; `many` gives the plural."""
    schema = resolved(document, schema)
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if values:
        return " | ".join(str(value) for value in values)
    if "anyOf" in schema:
        parts = [part for part in schema["anyOf"] if part != NULL]
        told = " | ".join(type_of(document, part, say, many=many) for part in parts)
        return say("api.type_or_null", of=told) if len(parts) < len(schema["anyOf"]) else told
    s = "s" if many else ""
    if schema.get("type") == "array":
        entries = schema.get("prefixItems") or [schema.get("items", {})]
        of = type_of(document, entries[0], say, many=True)
        if "prefixItems" in schema:
            return say(f"api.type_tuple{s}", count=len(entries), of=of)
        return say(f"api.type_list{s}", of=of)
    if isinstance(values := schema.get("additionalProperties"), Mapping):
        return say(f"api.type_map{s}", of=type_of(document, values, say, many=True))
    kind = "file" if schema.get("format") == "binary" else schema.get("type", "any")
    bounds = [f"{schema[bound]:.12g}" for bound in ("minimum", "maximum") if bound in schema]
    return say(f"api.type_{kind}{s}") + (f" {'..'.join(bounds)}" if len(bounds) == 2 else "")


def without_null(schema: Schema) -> Schema:
    """The schema of a parameter: whoever asks leaves it out rather than send null."""
    if "anyOf" not in schema:
        return schema
    return {**schema, "anyOf": [part for part in schema["anyOf"] if part != NULL]}


def example_of(schema: Schema) -> dict[str, Any]:
    """The first example of an answer, in the order of its fields; empty where there is none."""
    example: Mapping[str, Any] = next(iter(schema.get("examples", ())), {})
    return {name: example[name] for name in schema.get("properties", ()) if name in example}


def resolved(document: Document, schema: Schema) -> Schema:
    """The schema that a reference leads to, with what stands beside the reference."""
    reference = schema.get("$ref", "")
    if not reference:
        return schema
    found: Schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    return {**found, **{name: value for name, value in schema.items() if name != "$ref"}}


def _inside(document: Document, schema: Schema) -> tuple[Schema, str]:
    """The object in a field, with the signs that lead through lists and names; empty where there is none."""
    schema = resolved(document, schema)
    for part in schema.get("anyOf", ()):
        if part != NULL:
            return _inside(document, part)
    if isinstance(schema.get("items"), Mapping):
        inside, signs = _inside(document, schema["items"])
        return inside, f"[]{signs}"
    if isinstance(values := schema.get("additionalProperties"), Mapping):
        inside, signs = _inside(document, values)
        return inside, f".*{signs}"
    return (schema, "") if "properties" in schema else ({}, "")
