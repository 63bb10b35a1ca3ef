"""JSON Schemas of files of rules, made from their models: an editor completes the keys and marks what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema


class AsWritten(GenerateJsonSchema):
    """What a file holds: no titles made from keys, no defaults (what is left out needs none), no null."""

    schema_dialect = "http://json-schema.org/draft-07/schema#"  # the newest that editors of TOML know

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the form of the base class
        """Leave out titles that only repeat the key."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Tell the value, not its default."""
        return self.generate_inner(schema["schema"])

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Tell the value; TOML has no null."""
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Refuse keys that the pattern of the keys does not know."""
        table = super().dict_schema(schema)
        return table | ({"additionalProperties": False} if "patternProperties" in table else {})


def schemas_of(models: Sequence[Any]) -> tuple[list[JsonSchemaValue], dict[str, JsonSchemaValue]]:
    """Return the schema of each model (or ``dict[str, model]``: a table by each name), and what they refer to."""
    inputs: list[Any] = [(number, "validation", TypeAdapter(model)) for number, model in enumerate(models)]
    schemas, shared = TypeAdapter.json_schemas(inputs, schema_generator=AsWritten, ref_template="#/definitions/{model}")
    return list(schemas.values()), shared.get("$defs", {})


def schema_of(model: Any) -> JsonSchemaValue:
    """Return the JSON Schema of a file that holds a model, or ``dict[str, model]``."""
    (schema,), definitions = schemas_of([model])
    return schema_document(schema, definitions)


def schema_document(schema: JsonSchemaValue, definitions: dict[str, JsonSchemaValue]) -> JsonSchemaValue:
    """Return a schema that stands in a file of its own."""
    name = schema.get("$ref", "").rpartition("/")[2]
    body = definitions[name] if name else schema
    return {"$schema": AsWritten.schema_dialect, **body, "definitions": definitions}
