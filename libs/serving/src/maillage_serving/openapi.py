"""What the OpenAPI document says beside what FastAPI sees: tokens, headers, and every problem."""

import json
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from maillage_serving.http import IDEMPOTENCY_KEY

ALWAYS = (401, 403, 404, 422, 503)
COMMANDS = (409, 412, 413)
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
FAULT = {"type": "object", "properties": {"field": TEXT, "message": TEXT}}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {"type": TEXT, "title": TEXT, "status": NUMBER, "detail": TEXT}
    | {"version": NUMBER, "errors": {"type": "array", "items": FAULT}},
}
"""Why not, and what to do about it (RFC 9457); `version` is the one there is."""
HEADERS = (
    ("Idempotency-Key", f"^{IDEMPOTENCY_KEY.pattern}$", "The same key again is not done again."),
    ("If-Match", r'^(\*|"\d{1,9}")$', "The ETag that was read: 412 when it is another now."),
)


def describe(app: FastAPI) -> dict[str, Any]:
    """The document of an application, complete."""
    if app.openapi_schema is None:
        document = _clocks(FastAPI.openapi(app))
        parts = document.setdefault("components", {})
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schemas = parts.setdefault("schemas", {})
        for fastapis_own in ("HTTPValidationError", "ValidationError"):
            schemas.pop(fastapis_own, None)
        schemas["Problem"] = PROBLEM
        for methods in document["paths"].values():
            for method, operation in methods.items():
                _complete(operation, is_command=method != "get")
        app.openapi_schema = document
    return app.openapi_schema


def _clocks(document: dict[str, Any]) -> dict[str, Any]:
    """By JSON Schema, a `time` has an offset; ours are on the clock of the territory."""
    return json.loads(json.dumps(document).replace('"format": "time"', '"format": "time-local"'))


def _complete(operation: dict[str, Any], *, is_command: bool) -> None:
    codes = (*ALWAYS, *(COMMANDS if is_command else ()))
    operation["security"] = [{"token": []}]
    operation["responses"] |= {str(code): _answer(code) for code in codes}
    if is_command:
        done = operation["responses"].get("200") or operation["responses"]["201"]
        made = {**done, "description": "The same, and something came to be."}
        operation["responses"] |= {"200": {**done, "description": "Done."}, "201": made}
        operation.setdefault("parameters", []).extend(
            {"in": "header", "name": name, "description": what, "schema": {**TEXT, "pattern": form}}
            for name, form, what in HEADERS
        )


def _answer(code: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": HTTPStatus(code).phrase, "content": content}
