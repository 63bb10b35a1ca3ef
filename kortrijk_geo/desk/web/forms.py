"""What a visitor typed, as plain text by field."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs

# No field of the desk asks for more; what is longer is cut off where it is read.
LONGEST = 4_000
MOST_FIELDS = 200


async def _fields(request: Request) -> dict[str, str]:
    async with request.form(max_fields=MOST_FIELDS, max_files=0) as form:
        return {name: value[:LONGEST] for name, value in form.multi_items() if isinstance(value, str)}


async def _upload(request: Request) -> tuple[dict[str, str], str, bytes]:
    """Return the fields, and the name and bytes of the one file beside them."""
    async with request.form(max_fields=MOST_FIELDS, max_files=1) as form:
        fields = {name: value[:LONGEST] for name, value in form.multi_items() if isinstance(value, str)}
        for value in form.values():
            if isinstance(value, UploadFile):
                return fields, value.filename or "", await value.read()
        return fields, "", b""


Fields = Annotated[dict[str, str], Depends(_fields)]
Upload = Annotated[tuple[dict[str, str], str, bytes], Depends(_upload)]
